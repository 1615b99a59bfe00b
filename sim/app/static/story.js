// What happened, in words: what changed, why, the three stakes, the settings, and what is not told.

import { euros, quantity, say, text } from "./language.js";

const element = (id) => document.getElementById(id);
const item = (sentence) => Object.assign(document.createElement("li"), { textContent: sentence });

let stake = "method";
let told = null;

export function tell(words) {
  told = words;
  element("changed").replaceChildren(...words.changed.map(item));
  element("limits").replaceChildren(...words.limits.map(item));
  element("why").replaceChildren(
    ...words.why.map(({ title, text: sentence }) => {
      const link = document.createElement("li");
      const head = document.createElement("strong");
      head.textContent = title;
      const body = document.createElement("span");
      body.textContent = sentence;
      link.append(...(title ? [head] : []), body);
      return link;
    }),
  );
  showStake();
}

export function layTabs() {
  const stakes = ["method", "dissemination", "implantation"];
  const tabs = stakes.map((name) => {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", id: `stake-${name}`, textContent: say(`stake_${name}`) });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "stake-panel");
    tab.addEventListener("click", () => choose(name));
    tab.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      event.preventDefault();
      choose(stakes[(stakes.indexOf(name) + turn + stakes.length) % stakes.length], true);
    });
    return tab;
  });
  element("stake-tabs").replaceChildren(...tabs);
  choose(stake);
}

function choose(name, focus = false) {
  stake = name;
  for (const tab of element("stake-tabs").children) {
    const chosen = tab.id === `stake-${name}`;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) tab.focus();
  }
  element("stake-panel").setAttribute("aria-labelledby", `stake-${name}`);
  showStake();
}

function showStake() {
  if (!told) return;
  const { question, sentences } = told.stakes[stake];
  const head = Object.assign(document.createElement("p"), { className: "question", textContent: question });
  const list = Object.assign(document.createElement("ul"), { className: "sentences" });
  list.append(...sentences.map(item));
  element("stake-panel").replaceChildren(head, list);
}

export function settings(about, offer) {
  const heads = ["setting", "value", "default", "evidence", "source"].map((key) => {
    const head = Object.assign(document.createElement("th"), { textContent: say(key) });
    head.scope = "col";
    return head;
  });
  const top = document.createElement("tr");
  top.append(...heads);
  const rows = about.differs.map((one) => {
    const row = document.createElement("tr");
    const info = { unit: ["1", "share"].includes(one.unit) ? "" : one.unit, is_share: one.unit === "share" };
    const name = document.createElement("th");
    name.scope = "row";
    name.append(text(one.label), " ", Object.assign(document.createElement("code"), { textContent: one.name }));
    const cells = [quantity(one.value, info), quantity(one.default, info), text(offer.evidence[one.evidence]), one.source]
      .map((content) => Object.assign(document.createElement("td"), { textContent: content }));
    cells[3].lang = "en";
    row.append(name, ...cells);
    return row;
  });
  if (!rows.length) {
    const cell = Object.assign(document.createElement("td"), { textContent: say("nothing_differs"), colSpan: 5 });
    const row = document.createElement("tr");
    row.append(cell);
    rows.push(row);
  }
  element("differs").replaceChildren(top, ...rows);
  element("cost").textContent = about.cost ? say("cost", { cost: euros(about.cost), years: Math.round(about.months / 12) }) : "";
}
