// Where parameters may stand while the others stay. The server starts the territory to find out, so the page
// asks only about the one that is touched, and once until another one changes.

import * as api from "./api.js";
import * as control from "./control.js";

const LOOK = 100; // ms before the first question, and between questions

let present; // the page: its session, and whether the server knows all its settings
let offer;
let about = { ends: {}, kinds: {} }; // what the server says at once: ends of levers
let reached = {}; // ends, or choices, of parameters that were touched
let wanted = ""; // the one that was touched last
let changes = 0;

export function listen(page, known) {
  [present, offer] = [page, known];
  for (const event of ["pointerover", "pointerdown", "focusin", "keydown"]) {
    document.getElementById("controls").addEventListener(event, ({ target }) => touch(target.closest(".control")?.dataset.name));
  }
}

// Takes what the server says of new settings.
export function take(described) {
  about = described;
  limit();
}

// Forgets the ends of all but the parameter that changed: its own depend on the others.
export function forget(changed) {
  changes += 1;
  if (wanted !== changed) wanted = "";
  const kept = changed in reached ? { [changed]: reached[changed] } : {};
  if (Object.keys(kept).length === Object.keys(reached).length) return;
  reached = kept;
  limit();
}

const limit = () => control.limit({ kinds: about.kinds, ends: { ...about.ends, ...reached } }, offer);

const isAsked = (name) => offer.parameters.some((one) => one.name === name && (one.kind !== "str" || one.choices.length));

async function touch(name) {
  if (!name || name === wanted) return;
  wanted = name;
  if (name in reached || !isAsked(name)) return;
  const isWanted = () => wanted === name && !(name in reached);
  for (await pause(); isWanted(); await pause()) {
    if (!present.isKnown()) continue;
    const before = changes;
    const answer = await api.ends(present.session, name).catch(() => null);
    if (!answer) return; // the next change finds out why
    if (answer.ends && before === changes) {
      reached[name] = answer.ends;
      limit();
    }
  }
}

const pause = () => new Promise((done) => setTimeout(done, LOOK));
