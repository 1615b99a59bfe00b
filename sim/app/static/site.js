// Puts what is tried on a cell of the town: a click, or Enter on the cell that is read.

import { say } from "./language.js";
import { infoOf, interventionsOf, presentOf, set } from "./settings.js";

const button = document.getElementById("site");
let offer;
let changed;
let placing = false;
let asked = null; // what one cell is asked for, instead of a site

// Levers named site, or, of several interventions, owner.site.
const sites = () => interventionsOf(offer).flatMap(({ levers }) => levers.map(({ name }) => name)).filter((name) => /(^|\.)site$/.test(name));

export const isPlacing = () => placing;

export function listen(known, action) {
  [offer, changed] = [known, action];
  button.addEventListener("click", () => turn(!placing));
  addEventListener("keydown", (event) => event.key === "Escape" && turn(false));
}

// Passes the next cell that is chosen on to an action.
export function ask(action) {
  asked = action;
  turn(true);
}

function turn(on) {
  if (!on) asked = null;
  placing = on && (asked !== null || sites().length > 0);
  button.setAttribute("aria-pressed", placing && !asked);
  document.getElementById("town").classList.toggle("placing", placing);
  document.getElementById("site-help").textContent = placing ? say(asked ? "own_point_help" : "site_help") : "";
}

// Everything that depends on the language or on what is tried.
export function speak() {
  button.hidden = !sites().length;
  turn(placing);
}

// Chooses a cell as the site of all that is tried; further clicks move it.
export function place(row, column) {
  if (asked) {
    const answer = asked;
    turn(false);
    answer(row, column);
    return;
  }
  for (const name of sites()) {
    set(offer, name, "cell");
    for (const [part, value] of [["row", row], ["column", column]]) set(offer, `${name}_${part}`, value);
  }
  changed();
}

// The cells that were chosen.
export function chosen() {
  const named = sites().filter((name) => infoOf(offer, name) && presentOf(offer, name) === "cell");
  return named.map((name) => ["row", "column"].map((part) => presentOf(offer, `${name}_${part}`)));
}
