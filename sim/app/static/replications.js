// Replications in the background, which start by themselves: progress, bands and report.

import * as api from "./api.js";
import * as charts from "./charts.js";
import { language, say } from "./language.js";

const LOOK = 500; // ms between requests for progress
const SOON = 125; // ms between them when the first answer is near

const NEAR = 4; // replications after which it is

const element = (id) => document.getElementById(id);

let present; // the page: its session, next(action), and what it does when effects are known
let timer = null;
let state = null; // the last progress
let known = 0; // replications whose bands are shown
let isStopped = false;

export function listen(page) {
  present = page;
  element("stop").addEventListener("click", () => present.next(async () => {
    await api.stop(present.session);
    isStopped = true;
    await look();
  }));
  element("go-on").addEventListener("click", () => present.next(begin));
}

// Those of a pair that is no longer shown.
export function forget() {
  document.body.dataset.replicated = "";
  clearTimeout(timer);
  [state, known, isStopped] = [null, 0, false];
  charts.setBands({});
  speak();
}

// Starts them, or goes on; they are those of the pair shown.
export async function begin() {
  isStopped = false;
  state = await api.replicate(present.session);
  await look();
}

// Shows their progress in the present language.
export function speak() {
  const isRunning = Boolean(state?.running);
  element("stop").hidden = element("replications").hidden = !isRunning;
  element("go-on").hidden = !(isStopped && !isRunning);
  element("report").disabled = element("print").disabled = !known || !present?.hasReport();
  if (!state) {
    element("replications-text").value = "";
    return;
  }
  element("replications").value = state.done / state.total;
  const { done, total, known: told } = state;
  if (isRunning) element("replications-text").value = say("replicating", { done, total });
  else if (isStopped) element("replications-text").value = say("replicate_stopped", { done });
  else element("replications-text").value = say(state.settled ? "replicated" : "replicated_open", { done: told });
  document.body.dataset.replicated = isRunning ? "" : state.known;
}

export async function look() {
  clearTimeout(timer);
  if (!state) return; // they have been dropped
  const found = await api.replications(present.session, language, known);
  if (!state) return;
  state = found;
  if (found.bands) {
    known = found.known;
    charts.setBands(found.bands);
    await present.tell();
  }
  speak();
  if (found.error) throw new Error(found.error);
  if (found.running) timer = setTimeout(() => present.next(look), !found.known && found.done > NEAR ? SOON : LOOK);
}

// Runs the report's runs, and returns its name among the files of the session.
export async function report() {
  let runs = await api.beginReport(present.session);
  while (runs.running) {
    const { done, total } = runs;
    element("status").textContent = say("reporting", { done, total });
    await new Promise((done) => setTimeout(done, LOOK));
    runs = await api.report(present.session, language);
  }
  element("status").textContent = "";
  if (runs.error) throw new Error(runs.error);
  return `report.html?lang=${language}`;
}
