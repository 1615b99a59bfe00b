// Replications in the background: progress, bands, verdicts and report.

import * as api from "./api.js";
import * as charts from "./charts.js";
import { language, say } from "./language.js";

const LOOK = 700; // ms between requests for progress

const element = (id) => document.getElementById(id);

let present; // the page: its session, the number of replications, and next(action)
let timer = null;
let finished = false;

export function listen(page) {
  present = page;
  element("replicate").addEventListener("click", () => present.next(async () => {
    await api.replicate(present.session);
    show(true);
    await look();
  }));
  element("cancel").addEventListener("click", () => present.next(async () => {
    await api.cancel(present.session);
    forget();
  }));
}

// They belong to territories that are no longer shown.
export function forget() {
  clearTimeout(timer);
  finished = false;
  charts.setBands({});
  element("verdicts").replaceChildren();
  element("report").disabled = true;
  show(false);
  speak();
}

// Shows their results in the present language.
export function speak() {
  if (finished) present.next(look);
  else if (element("cancel").hidden) element("replications-text").value = say("replicate_help", { n: present.replications() });
}

function show(running) {
  element("replicate").hidden = running;
  element("replicate").disabled = !present.hasIntervention();
  element("cancel").hidden = element("replications").hidden = !running;
}

async function look() {
  clearTimeout(timer);
  if (element("cancel").hidden && !finished) return; // they have been dropped
  const found = await api.replications(present.session, language);
  element("replications").value = found.total ? found.done / found.total : 0;
  element("replications-text").value = say("replicating", { done: found.done, total: found.total || "…" });
  if (found.running) {
    timer = setTimeout(() => present.next(look), LOOK);
    return;
  }
  if (!found.bands) {
    forget();
    throw new Error(found.error);
  }
  finished = true;
  show(false);
  element("replications-text").value = say("replicated");
  charts.setBands(found.bands);
  element("verdicts").replaceChildren(
    ...found.verdicts.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  element("report").disabled = false;
}
