// Shares that add up to 1 as one bar. Each boundary between two of them moves by pointer and by keys, and
// only the two beside it change.

import { percent, say, text } from "./language.js";
import { infoOf, presentOf, set } from "./settings.js";

const STEP = 0.01;
const LEAP = 0.1;
const exactly = (value) => Number(value.toFixed(9));

// Builds the bar of these shares; calls `moved` after each change.
export function bar(offer, names, moved) {
  const box = Object.assign(document.createElement("div"), { className: "mixture" });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("mixture"));
  for (const [k] of names.entries()) {
    const part = Object.assign(document.createElement("span"), { className: `part part-${k}` });
    part.setAttribute("aria-hidden", "true");
    box.append(part);
    if (k < names.length - 1) box.append(boundary(offer, names, k, box, moved));
  }
  paint(offer, names, box);
  return box;
}

const before = (offer, names, k) => names.slice(0, k + 1).reduce((sum, name) => sum + presentOf(offer, name), 0);

function boundary(offer, names, k, box, moved) {
  const handle = Object.assign(document.createElement("span"), { className: "boundary", tabIndex: 0 });
  const labels = names.slice(k, k + 2).map((name) => text(infoOf(offer, name).label));
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-label", say("boundary", { left: labels[0], right: labels[1] }));
  const move = (to) => {
    const ends = [k ? before(offer, names, k - 1) : 0, before(offer, names, k + 1)];
    const at = Math.min(ends[1], Math.max(ends[0], to));
    set(offer, names[k], exactly(at - ends[0]));
    set(offer, names[k + 1], exactly(ends[1] - at));
    paint(offer, names, box);
    moved(names[k]);
  };
  handle.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: LEAP, PageDown: -LEAP, Home: -1, End: 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    move(before(offer, names, k) + steps[event.key]);
  });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { left, width } = box.getBoundingClientRect();
    move(Math.round((event.clientX - left) / width / STEP) * STEP);
  });
  return handle;
}

export function paint(offer, names, box) {
  const shares = names.map((name) => presentOf(offer, name));
  box.querySelectorAll(".part").forEach((part, k) => {
    part.style.flexGrow = shares[k];
    part.textContent = shares[k] >= 0.12 ? percent(shares[k], 0) : "";
  });
  box.querySelectorAll(".boundary").forEach((handle, k) => {
    const [low, high] = [k ? before(offer, names, k - 1) : 0, before(offer, names, k + 1)];
    const values = { valuemin: low, valuemax: high, valuenow: before(offer, names, k) };
    for (const [name, value] of Object.entries(values)) handle.setAttribute(`aria-${name}`, Math.round(100 * value));
    handle.setAttribute("aria-valuetext", names.slice(k, k + 2)
      .map((name, n) => `${text(infoOf(offer, name).label)} ${percent(shares[k + n])}`).join(", "));
  });
}

// Gives one share its value, and the others what is left, in the proportion that they have.
export function share(offer, names, name, value) {
  const others = names.filter((one) => one !== name);
  const had = others.map((one) => presentOf(offer, one));
  const total = had.reduce((sum, one) => sum + one, 0);
  set(offer, name, value);
  let left = 1 - value;
  others.forEach((one, n) => {
    const rest = total > 0 ? (had[n] / total) * (1 - value) : (1 - value) / others.length;
    const own = n === others.length - 1 ? left : Math.min(left, Number(rest.toFixed(3)));
    left -= own;
    set(offer, one, exactly(own));
  });
}
