// The texts of the page: changes, causes, the three stakes, the settings and the limits.

import { euros, language, languageOf, quantity, say, text } from "./language.js";
import { infoOf, interventionsOf } from "./settings.js";
import * as why from "./why.js";

const element = (id) => document.getElementById(id);
const make = (tag, content, className = "") =>
  Object.assign(document.createElement(tag), { textContent: content, className });
const listed = (sentences) => sentences.map((sentence) => make("li", sentence));

const STAKES = ["method", "dissemination", "implantation"];

let stake = STAKES[0];
let story = null;

export function tell(words) {
  story = words;
  const { sentence, tiles, notes } = words.answer;
  if (element("answer").textContent !== sentence) element("answer").textContent = sentence;
  showTiles(tiles);
  element("answer-notes").replaceChildren(...notes.map((note) => make("p", note, "help")));
  element("limits").replaceChildren(...listed(words.limits));
  why.tell(words.funnel);
  showStake();
}

// Tiles that stay as they are keep their focus while months go by.
let shown = "";
function showTiles(tiles) {
  const now = JSON.stringify([language, tiles]);
  if (now === shown) return;
  shown = now;
  const box = element("tiles");
  const focused = [...box.children].findIndex((one) => one.contains(document.activeElement));
  box.replaceChildren(...tiles.map(tile));
  box.children[focused]?.querySelector("button")?.focus({ preventScroll: true });
}

// A headline measure: its level with what is tried, and the change with interval and verdict.
function tile({ name, label, level: value, unit, before, change, interval, symbol, verdict, tone }) {
  const box = make("li", "", tone);
  const level = make("p", "", "level");
  level.append(make("strong", value), " ", make("span", unit, "unit"));
  const mark = make("span", `${symbol} `);
  mark.setAttribute("aria-hidden", "true");
  const said = make("p", verdict, "verdict");
  if (symbol) said.prepend(mark);
  const against = make("p", before, "change");
  const moved = make("p", "", "change");
  if (change) moved.append(make("strong", change), ` (${interval})`);
  box.append(make("p", label, "label"), level, against, moved, said);
  if (change) {
    const ask = Object.assign(make("button", "", "ask"), { type: "button", textContent: say("why_ask") });
    ask.setAttribute("aria-label", say("why_of", { measure: label }));
    ask.addEventListener("click", () => why.ask(name));
    box.append(ask);
  }
  return box;
}

export function layTabs() {
  const tabs = STAKES.map((name) => {
    const tab = Object.assign(make("button", say(`stake_${name}`)), { type: "button", id: `stake-${name}` });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "stake-panel");
    tab.addEventListener("click", () => choose(name));
    tab.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      event.preventDefault();
      choose(STAKES[(STAKES.indexOf(name) + turn + STAKES.length) % STAKES.length], true);
    });
    return tab;
  });
  element("stake-tabs").replaceChildren(...tabs);
  choose(stake);
}

function choose(name, focus = false) {
  stake = name;
  for (const tab of element("stake-tabs").children) {
    const isChosen = tab.id === `stake-${name}`;
    tab.setAttribute("aria-selected", isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    if (isChosen && focus) tab.focus();
  }
  element("stake-panel").setAttribute("aria-labelledby", `stake-${name}`);
  showStake();
}

function showStake() {
  if (!story) return;
  const { question, sentences, command } = story.stakes[stake];
  const list = make("ul", "", "sentences");
  list.append(...listed(sentences));
  element("stake-panel").replaceChildren(make("p", question, "question"), list, ...(command ? [make("code", command)] : []));
}

// Every setting that differs from the territory as offered, the intervention first.
export function settings(about, offer) {
  const row = (tag, cells) => {
    const made = document.createElement("tr");
    made.append(...cells.map((content) => make(tag, content)));
    for (const cell of made.children) if (tag === "th") cell.scope = "col";
    return made;
  };
  const top = row("th", ["setting", "value", "default", "evidence", "source"].map((key) => say(key)));
  const its = interventionsOf(offer);
  const first = its.map((one) => row("td", [say("intervention"), text(one.title), say("none"), "", ""]));
  const rows = about.differs.map((one) => {
    const info = infoOf(offer, one.name);
    const show = (value) => quantity(value, info, offer.choices);
    const made = row("td", ["", show(one.value), show(one.default), text(offer.evidence[one.evidence]), text(one.source)]);
    const owner = its.length > 1 && its.find(({ levers }) => levers.some(({ name }) => name === one.name));
    made.firstChild.append(...(owner ? [`${text(owner.title)}: `] : []), text(info.label), " ", make("code", one.name));
    made.lastChild.lang = languageOf(one.source);
    return made;
  });
  const none = row("td", [say("nothing_differs")]);
  none.firstChild.colSpan = 5;
  const all = [...first, ...rows];
  element("differs").replaceChildren(top, ...(all.length ? all : [none]));
  element("cost").textContent = about.cost ? say("cost", { cost: euros(about.cost), years: Math.round(about.months / 12) }) : "";
}
