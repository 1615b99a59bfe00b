// The budget board: what each intervention would do with a yearly sum, ranked by each measure.

import * as api from "./api.js";
import { euros, language, say } from "./language.js";

const LOOK = 1000; // ms between requests for progress

const element = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

let present; // the page: its session, world(), put(...) and complain(error)
let state = null; // the last progress
let asked = 0; // EUR a year
let ranking = null; // the last one
let known = 0; // replications whose ranking is shown
let world = ""; // that the ranking is about
let problem = ""; // with the sum, in words
let timer = null;
let looking = null; // the look that counts

export function listen(page, given) {
  present = page;
  if (given) element("board-sum").value = given;
  element("board-form").addEventListener("submit", (event) => {
    event.preventDefault();
    begin().catch(present.complain);
  });
  element("board-measure").addEventListener("change", rank);
  element("board-stop").addEventListener("click", () => stop().catch(present.complain));
}

// A sum as people write it: 500000, 500 000 €, 500,000 or 0,5.
export function sum(written) {
  const bare = written.replace(/[\s€'’]|EUR/gi, "");
  const isGrouped = /^\d{1,3}([.,]\d{3})+$/.test(bare);
  return Number(isGrouped ? bare.replace(/[.,]/g, "") : bare.replace(",", ".") || NaN);
}

// The sum that the ranking is about, for links.
export const budget = () => asked;

async function begin() {
  asked = sum(element("board-sum").value);
  const [least, most] = present.budgets();
  problem = asked >= least && asked <= most ? "" : say("board_range", { least: euros(least), most: euros(most) });
  speak();
  element("board-sum").setAttribute("aria-invalid", Boolean(problem));
  if (problem) asked = 0;
  if (!asked || !present.session) return;
  show(null);
  [known, world] = [0, present.world()];
  state = await api.beginBoard(present.session, asked);
  await look();
}

async function stop() {
  await api.stopBoard(present.session);
  await look();
}

async function look() {
  clearTimeout(timer);
  const mine = (looking = {});
  const found = await api.board(present.session, language, known);
  if (looking !== mine) return; // another look has begun since
  state = found;
  if (state.ranking) {
    known = state.known;
    show(state.ranking);
  }
  speak();
  if (state.running) timer = setTimeout(() => look().catch(lost), LOOK);
}

// A session that has ended takes its board with it.
function lost(error) {
  state = null;
  speak();
  present.complain(error);
}

// Progress, and whether the world is another one by now.
export function speak() {
  const isRunning = Boolean(state?.running);
  element("board-stop").hidden = element("board-progress").hidden = !isRunning;
  const { done, total } = state ?? {};
  if (total) element("board-progress").value = done / total;
  else element("board-progress").removeAttribute("value");
  element("board-text").value = problem || state?.error || progress();
  element("board-stale").hidden = !known || world === present.world();
  document.body.dataset.ranked = isRunning ? "" : known;
}

function progress() {
  if (!state) return "";
  const { done, total, running } = state;
  if (running) return total ? say("board_ranking", { done, total }) : say("board_scaling", { done });
  return known ? say("board_ranked", { done: known }) : say("board_stopped");
}

// Shows everything again in another language.
export async function translate() {
  problem = "";
  speak();
  if (!known) return;
  known = 0;
  await look().catch(lost);
}

function show(found) {
  ranking = found;
  element("board-result").hidden = !ranking;
  if (!ranking) return;
  const { intro, note, left_out: leftOut, money, measures, command, python } = ranking;
  element("board-intro").textContent = intro;
  element("board-note").textContent = note;
  element("board-left-out").replaceChildren(...leftOut.map((sentence) => make("li", { textContent: sentence })));
  const measure = element("board-measure").value || (measures.find(({ rows }) => rows.some(({ tone }) => tone === "good")) ?? measures[0]).name;
  element("board-measure").replaceChildren(...measures.map(({ name, label }) => new Option(label, name, false, name === measure)));
  const rows = money.rows.map(({ cells }) => row(cells.map(cell)));
  element("board-money").replaceChildren(head(money.heads), make("tbody", {}, ...rows));
  element("board-command").textContent = `${command}\n\n${python}`;
  rank();
}

const head = (titles) => make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col", textContent: title }))));
const row = ([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, ...first), ...rest.map((content) => make("td", {}, ...content)));
const cell = ({ text, below }) => [text, ...(below ? [make("span", { className: "below", textContent: below })] : [])];

// Ranks the interventions by the chosen measure, on one scale, with interval, verdict and cost per unit.
function rank() {
  const { label, unit, rows } = ranking.measures.find(({ name }) => name === element("board-measure").value);
  const ends = rows.flatMap(({ lo90, hi90, smallest_relevant: small }) => [lo90, hi90, 1.3 * small, -1.3 * small]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const at = (value) => (100 * (value - low)) / (high - low || 1);
  const made = rows.map((one, k) => row([
    cell({ text: `${k + 1}. ${one.title}`, below: one.left }),
    [strip(one, at)],
    [make("strong", { textContent: `${one.symbol} ${one.change}` }), ` ${one.interval}`, make("span", { className: "below", textContent: one.verdict })],
    one.unit.text === one.verdict ? ["–"] : cell(one.unit),
    [putting(one)],
  ]));
  const [first, effect, cost] = ranking.heads;
  const top = head([first, `${effect} (${unit})`, cost, say("board_try")]);
  top.rows[0].cells[1].colSpan = 2; // the picture and its numbers
  const caption = make("caption", { className: "hidden", textContent: label });
  element("board-ranks").replaceChildren(caption, top, make("tbody", {}, ...made));
}

// One click tries an intervention as it is scaled.
function putting({ name, title, settings }) {
  const button = make("button", { type: "button", textContent: say("board_put") });
  button.setAttribute("aria-label", `${button.textContent}: ${title}`);
  button.addEventListener("click", () => present.put(name, settings, element("board-beside").checked));
  return button;
}

// The effect with its 50 and 90 % intervals, zero, and what is too small to matter.
function strip({ mean, lo50, hi50, lo90, hi90, smallest_relevant: small, tone }, at) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 12", preserveAspectRatio: "none", class: `strip ${tone}`, "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const bar = (from, to, top, height, kind) => {
    if ([from, to].includes(null)) return;
    const rect = document.createElementNS(svg.namespaceURI, "rect");
    const given = { x: at(from), y: top, width: Math.max(0.6, at(to) - at(from)), height, class: kind };
    for (const [name, value] of Object.entries(given)) rect.setAttribute(name, value);
    svg.append(rect);
  };
  if (small) bar(-small, small, 0, 12, "small");
  bar(0, 0, 0, 12, "zero");
  bar(lo90, hi90, 5, 2, "wide");
  bar(lo50, hi50, 3, 6, "half");
  bar(mean, mean, 1, 10, "mean");
  return svg;
}
