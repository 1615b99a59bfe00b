// Why the answer is what it is: the steps from money to shops, and on request the mechanisms behind a tile.

import * as api from "./api.js";
import { language, say } from "./language.js";

const LOOK = 700; // ms between requests for progress

const element = (id) => document.getElementById(id);
const make = (tag, content = "", className = "") => Object.assign(document.createElement(tag), { textContent: content, className });

let present; // the page: its session, and next(action)
let timer = null;
let isAsked = false;

export function listen(page) {
  present = page;
}

// The mechanisms behind a pair that is no longer shown.
export function forget() {
  clearTimeout(timer);
  isAsked = false;
  element("reasons").hidden = true;
  document.body.dataset.explained = "";
}

// The steps, as the replications have them.
export function tell({ sentences, stages }) {
  element("funnel-words").replaceChildren(...sentences.map((sentence) => make("li", sentence)));
  const rows = stages.map((one) => [[one.label, one.unit], [one.without], [one.with_it], [one.change, one.interval], [`${one.symbol} ${one.verdict}`]]);
  const heads = [say("why_step"), say("why_without"), say("why_with"), say("why_effect"), say("why_verdict")];
  fill("funnel", heads, rows);
  element("funnel-box").hidden = !stages.length;
}

function fill(id, heads, rows) {
  const line = (cells) => {
    const row = document.createElement("tr");
    row.append(...cells);
    return row;
  };
  const head = line(heads.map((text) => Object.assign(make("th", text), { scope: "col" })));
  const body = rows.map((cells) => line(cells.map(([text, below], k) => {
    const cell = make(k ? "td" : "th", text);
    if (!k) cell.scope = "row";
    if (below) cell.append(make("span", below, "below"));
    return cell;
  })));
  element(id).replaceChildren(head, ...body);
}

// Takes the effect on a measure apart, and goes where it is told.
export function ask(measure) {
  element("why-head").scrollIntoView({ block: "start" });
  element("why-head").focus({ preventScroll: true });
  present.next(async () => {
    isAsked = true;
    show(await api.explain(present.session, measure, language));
  });
}

export const speak = () => isAsked && look();

async function look() {
  if (!isAsked) return;
  show(await api.reasons(present.session, language));
}

function show(found) {
  clearTimeout(timer);
  if (!isAsked) return; // it has been dropped
  const { done, total, running, sentences, parts } = found;
  element("reasons").hidden = false;
  element("reasons-head").textContent = `${found.title} – ${found.date}`;
  element("reasons-progress").hidden = !running;
  Object.assign(element("reasons-progress"), { max: total, value: done });
  element("reasons-text").textContent = running ? say("why_running", { done, total }) : "";
  element("reasons-words").replaceChildren(...sentences.map((sentence) => make("li", sentence)));
  const heads = [say("why_mechanism"), say("why_without_it"), say("why_through"), say("why_verdict")];
  const rows = parts.map((one) =>
    [[one.label, one.help], [one.without, one.without_interval], [one.change, one.interval], [`${one.symbol} ${one.verdict}`]]);
  fill("reasons-parts", heads, rows);
  element("reasons-box").hidden = !parts.length;
  document.body.dataset.explained = running ? "" : found.measure;
  if (running) timer = setTimeout(() => present.next(look), LOOK);
}
