/** Choosing one of the services that the hall offers, by name or code. */

import { find } from "./dialog.js";

/** @param {object} data what the page was opened with @param {string} title the question
 *  @returns {Promise<string|null>} the id of the service, or null when the clerk went back */
export function pickService(data, title) {
  const entries = data.services.filter((service) => service.offered).map((service) => ({
    value: service.id, label: service.title, hint: listedName(service),
  }));
  return find({ title, entries, placeholder: "名称或编号，例如 退休、社保卡、1.10.7" });
}

/** The name in the official lists, after its code where it has one; what the hall calls it inside is told to nobody. */
export function listedName({ code, name }) {
  return [code, name].filter(Boolean).join(" ");
}
