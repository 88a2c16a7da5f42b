/** What passed between the printer and whoever connected to it. */

import { make, makeTime } from "./elements.js";

function makeVisit(visit) {
  const entry = make("li", "visit");
  const head = make("p", "visit-head");
  head.append(makeTime(visit.last, true), make("span", "", visit.via || "没有程序连着"));
  if (visit.repeats > 1) head.append(make("span", "tag", `同样的 ${visit.repeats} 次`));
  if (visit.size) head.append(make("span", "muted", `${visit.size} 字节`));
  if (visit.ended) head.append(make("span", "muted", visit.ended));
  const events = make("ol");
  for (const event of visit.events) {
    const line = make("li");
    line.dataset.tone = event.tone;
    line.append(makeTime(event.at), make("span", "", event.text));
    events.append(line);
  }
  if (visit.left_out) events.append(make("li", "", `……还有 ${visit.left_out} 条`));
  entry.append(head, events);
  return entry;
}

/** Show the visits, newest first. */
export function drawVisits(list, visits) {
  list.replaceChildren(...visits.map(makeVisit));
}
