/** Accounts of the staff: who may sign in as what; administrators make, change and close them. */

import { api, el, pressKey } from "/static/js/hall.js";
import { say, tellTrouble } from "../office/notices.js";
import { ask, choice, field } from "./dialog.js";

const place = document.getElementById("accounts");
let words = "";
let items = [];

/** Read the accounts and draw them. */
export async function openAccounts(facts) {
  try {
    items = (await api("GET", "/users")).data.items.sort(byRole(facts));
    draw(facts);
  } catch (problem) {
    tellTrouble(problem);
  }
}

/** Whoever has the same role stands together, in the order of their names for signing in. */
function byRole(facts) {
  const place = (account) => facts.staff_roles.indexOf(account.role);
  return (one, other) => place(one) - place(other) || one.username.localeCompare(other.username, "en", { numeric: true });
}

function draw(facts) {
  const mayChange = facts.role === "administrator";
  const body = el("tbody", {});
  const search = el("input", { class: "input panel-search", type: "search", placeholder: "按姓名、用户名、股室找", "aria-label": "查找账号", value: words });
  search.addEventListener("input", () => {
    words = search.value;
    body.replaceChildren(...rows(facts, mayChange));
  });
  body.replaceChildren(...rows(facts, mayChange));
  place.replaceChildren(
    el("div", { class: "panel-tools" }, el("h2", {}, `账号 ${items.length} 个`), search, mayChange && el("button", { class: "button button-primary", type: "button", onclick: () => add(facts) }, "新增账号")),
    el("div", { class: "panel-list" }, el("table", { class: "table" }, el("thead", {}, el("tr", {}, ["姓名", "用户名", "角色", "工号", "股室", "状态", mayChange ? "" : null].filter((name) => name !== null).map((name) => el("th", { scope: "col" }, name)))), body)),
  );
}

function rows(facts, mayChange) {
  const wanted = words.trim().toLowerCase();
  const found = items.filter((one) => `${one.name} ${one.username} ${one.office ?? ""} ${one.staff_number}`.toLowerCase().includes(wanted));
  if (!found.length) return [el("tr", {}, el("td", { colspan: 7, class: "muted" }, "没有找到这样的账号。"))];
  return found.map((account) => row(account, facts, mayChange));
}

function row(account, facts, mayChange) {
  const closed = account.disabled;
  return el(
    "tr",
    { dataset: { closed: String(closed) } },
    el("td", {}, el("b", {}, account.name)),
    el("td", {}, account.username),
    el("td", {}, facts.role_words[account.role] ?? account.role),
    el("td", {}, account.staff_number),
    el("td", {}, account.office ?? ""),
    el("td", {}, el("span", { class: closed ? "tag" : "tag tag-pine" }, closed ? "✕ 已停用" : "✓ 能登录")),
    mayChange &&
      el(
        "td",
        { class: "row-actions" },
        el("button", { class: "button", type: "button", onclick: () => reset(account, facts) }, "重设密码"),
        el("button", { class: "button", type: "button", onclick: () => changeRole(account, facts) }, "改角色"),
        el("button", { class: `button ${closed ? "" : "button-danger"}`, type: "button", onclick: () => close(account, facts) }, closed ? "启用" : "停用"),
      ),
  );
}

function add(facts) {
  ask({
    title: "新增账号",
    lead: "一人一个账号，不能合用。第一次登录前，请当面告诉本人密码。",
    fields: [
      field("name", "姓名", { required: true, maxlength: 64 }),
      field("username", "用户名", { required: true, maxlength: 64, autocapitalize: "none", spellcheck: "false" }),
      field("staff_number", "工号", { maxlength: 16 }),
      choice("role", "角色", facts.staff_roles.map((role) => [role, facts.role_words[role]])),
      choice("office", "股室（角色是股室时要选）", [["", "不属于股室"], ...facts.offices.map((name) => [name, name])]),
      field("password", "密码（至少 10 位，不能只用一种字符）", { required: true, type: "password", autocomplete: "new-password", minlength: 10 }),
    ],
    word: "新增",
    send: async (filled) => {
      await api("POST", "/users", { ...filled, office: filled.office || null }, { key: pressKey() });
      say(`已新增账号：${filled.name}`);
      await openAccounts(facts);
    },
  });
}

function reset(account, facts) {
  ask({
    title: `给${account.name}重设密码`,
    lead: "保存后，这个账号在各处的登录都会退出。",
    fields: [field("password", "新密码（至少 10 位，不能只用一种字符）", { required: true, type: "password", autocomplete: "new-password", minlength: 10 })],
    word: "重设",
    send: (filled) => change(account, { password: filled.password }, "已重设密码", facts),
  });
}

function changeRole(account, facts) {
  ask({
    title: `改${account.name}的角色`,
    lead: "保存后，这个账号在各处的登录都会退出。",
    fields: [choice("role", "角色", facts.staff_roles.map((role) => [role, facts.role_words[role]]), account.role)],
    word: "保存",
    send: (filled) => change(account, { role: filled.role }, "已改角色", facts),
  });
}

function close(account, facts) {
  const closing = !account.disabled;
  ask({
    title: closing ? `停用${account.name}的账号` : `启用${account.name}的账号`,
    lead: closing ? "马上退出登录，不能再登录。记录都留着。" : "启用后可以用原来的密码登录。",
    fields: [],
    word: closing ? "停用" : "启用",
    send: () => change(account, { disabled: closing }, closing ? "已停用" : "已启用", facts),
  });
}

async function change(account, body, done, facts) {
  await api("PATCH", `/users/${encodeURIComponent(account.username)}`, body);
  say(`${done}：${account.name}`);
  await openAccounts(facts);
}
