// One control for each parameter and lever, made from the schema that the command line uses. No position of it
// is refused: the server says how far each may move while the others stay (ends.js), shares of money move
// together, and small values jump to 0 where it has a meaning of its own. What is typed beyond the ends is refused
// beside it.

import { languageOf, number, quantity, say, text } from "./language.js";
import * as mixture from "./mixture.js";
import { infoOf, interventionsOf, originOf, presentOf, presetOf, set, valueOf } from "./settings.js";
import { typed, understood } from "./typed.js";

export const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const element = (id) => document.getElementById(id);
const boxOf = (name) => element(`set-${name}`)?.closest(".control");
const exactOf = (name) => boxOf(name)?.querySelector(".exact");
const isNumber = (info) => info.kind === "int" || info.kind === "float";
const sharesWith = (offer, name) =>
  interventionsOf(offer).map((one) => one.shares).find((names) => names.includes(name)) ?? [];

let ends = {}; // by setting: lowest, least and highest value, or the choices that are admissible
let kinds = {}; // by lever that names kinds of places: whether each kind may be added or left out

// Takes what the server says of the positions that are admissible for the present settings.
export function limit(about, offer) {
  const names = new Set([...Object.keys(ends), ...Object.keys(about.ends)]);
  ({ ends, kinds } = about);
  for (const name of names) {
    const slider = element(`set-${name}`);
    if (slider?.type === "range") [slider.min, slider.max] = range(infoOf(offer, name), presentOf(offer, name), offer);
    if (slider) mark(boxOf(name), offer);
  }
  for (const name of Object.keys(kinds)) if (boxOf(name)) mark(boxOf(name), offer);
}

// Sets a setting, and what must move with it.
function move(offer, info, value) {
  const shares = sharesWith(offer, info.name);
  if (shares.length) mixture.share(offer, shares, info.name, value);
  else {
    const [lowest, least, highest] = ends[info.name] ?? [value, value, value];
    const most = Math.min(value, highest);
    set(offer, info.name, !isNumber(info) ? value : value >= least ? most : value < (lowest + least) / 2 ? lowest : least);
  }
  show(offer, shares.length ? shares : [info.name]);
}

function show(offer, names) {
  for (const name of names) {
    forgive(name);
    mark(boxOf(name), offer);
  }
  const bar = boxOf(names[0]).parentElement.querySelector(".mixture");
  if (bar && names.length > 1) mixture.paint(offer, names, bar);
}

// Builds the controls of these settings, those that share out money as one.
export function build(infos, offer, changed) {
  const done = new Set();
  return infos.flatMap((info) => {
    if (done.has(info.name)) return [];
    const shares = sharesWith(offer, info.name);
    if (!shares.length) return [control(info, offer, changed)];
    shares.forEach((name) => done.add(name));
    const moved = (name) => {
      show(offer, shares);
      changed(name);
    };
    const title = make("p", { className: "control-title", textContent: say("mixture") });
    const parts = shares.map((name) => control(infoOf(offer, name), offer, changed));
    return [make("div", { className: "mixture-box" }, title, mixture.bar(offer, shares, moved), ...parts)];
  });
}

function control(info, offer, changed) {
  const id = `set-${info.name}`;
  const shares = sharesWith(offer, info.name);
  const label = make("label", { htmlFor: id, textContent: text(info.label) });
  if (shares.length) label.prepend(make("span", { className: `swatch part-${shares.indexOf(info.name)}`, ariaHidden: "true" }));
  const help = make("p", { className: "help", id: `help-${info.name}`, textContent: text(info.help) });
  const wrong = make("p", { className: "wrong", id: `wrong-${info.name}`, role: "alert", hidden: true });
  const slider = isNumber(info) && !shares.length ? [field(info, offer, changed)] : [];
  const first = slider[0] ?? (isNumber(info) ? exact(info, offer, changed) : field(info, offer, changed));
  const row = [first, ...(slider.length ? [exact(info, offer, changed)] : [])];
  first.id = id;
  if (first.tagName === "FIELDSET") label.removeAttribute("for");
  for (const one of row) one.setAttribute("aria-describedby", `${help.id} ${wrong.id}`);
  const box = make("div", { className: "control" },
    make("div", { className: "control-head" }, label, make("output", { htmlFor: id })),
    make("div", { className: "control-row" }, ...row), wrong, help,
    origin(originOf(offer, info), offer));
  box.dataset.name = info.name;
  mark(box, offer);
  return box;
}

// Calendar years have no thousands separator.
const shown = (value, info, offer) => (info.name === "start_year" ? String(value) : quantity(value, info, offer.choices));

const between = (info, low, high) => {
  const show = (value) => (info.name === "start_year" ? value : info.is_share ? quantity(value, info) : number(value));
  return { low: show(low), high: show(high) };
};

const isNarrowed = ({ name, choices }) => name in ends && ends[name].length < (choices.length || 2);

// Between which values it may move, and whether only because of the others.
function bounds(info) {
  if (!isNumber(info)) return isNarrowed(info) ? say("choices_now") : "";
  const [low, , high] = ends[info.name] ?? [info.low, info.low, info.high];
  return say(low > info.low || high < info.high ? "bounds_now" : "bounds", between(info, low, high));
}

const basis = (known, offer) => say("basis", { evidence: text(offer.evidence[known.evidence]) });

// The evidence mark in one line; opening it shows the source.
export function origin(known, offer) {
  const head = make("summary", { textContent: basis(known, offer) });
  return make("details", { className: "origin" }, head, make("p", { className: "help", lang: languageOf(known.source), textContent: text(known.source) }));
}

function field(info, offer, changed) {
  const value = presentOf(offer, info.name);
  const listen = (input, event, read) => {
    input.addEventListener(event, () => {
      move(offer, info, read());
      changed(info.name);
    });
    return input;
  };
  if (info.kind === "bool") {
    const input = make("input", { type: "checkbox", checked: value });
    return listen(input, "input", () => input.checked);
  }
  if (info.name.endsWith("kinds")) return listen(kindsOf(info, offer), "input", () => chosenKinds(info, offer));
  if (info.kind === "str" && !info.choices.length) {
    const input = make("input", { type: "text", value, maxLength: 200 });
    return listen(input, "input", () => input.value);
  }
  if (info.kind === "str") {
    const options = info.choices.map((c) => new Option(text(offer.choices[c]), c, false, c === value));
    const input = make("select", {}, ...options);
    return listen(input, "input", () => input.value);
  }
  const [low, high, step] = range(info, value, offer);
  const input = make("input", { type: "range", min: low, max: high, step, value });
  return listen(input, "input", () => valueOf(input.value, info));
}

// Kinds of third place, each of which may be chosen or not.
function kindsOf(info, offer) {
  const boxes = Object.entries(offer.kinds).map(([kind, label]) =>
    make("label", { className: "inline" }, make("input", { type: "checkbox", value: kind }), text(label)));
  return make("fieldset", { className: "kinds", ariaLabel: text(info.label) }, ...boxes);
}

const chosenKinds = (info) =>
  [...element(`set-${info.name}`).querySelectorAll("input:checked")].map((one) => one.value).join(" ");

// The range of a slider: the plausible range if there is one, else admissible values nearby.
function range(info, value, offer) {
  let near = Math.max(4 * Math.abs(info.default), 4 * Math.abs(value), info.low + 10);
  if (/(^|\.)(start|stop)$/.test(info.name)) near = presentOf(offer, "months");
  let [low, high] = info.plausible ?? [info.low, info.high <= 1 ? info.high : Math.min(info.high, near)];
  const [lowest, , highest] = ends[info.name] ?? [low, low, high];
  [low, high] = [Math.min(Math.max(low, lowest), value), Math.max(Math.min(high, highest), value)];
  if (info.kind === "int") return [low, high, 1];
  const rough = (high - low) / 100 || 1;
  return [low, high, 10 ** Math.floor(Math.log10(rough))];
}

// The value as a number within its bounds, as people type it.
function exact(info, offer, changed) {
  const input = make("input", { type: "text", inputMode: "decimal", className: "exact", autocomplete: "off" });
  input.setAttribute("aria-label", say("exact", { label: text(info.label) }));
  input.addEventListener("change", () => {
    const value = understood(input.value, info);
    const [low, , high] = ends[info.name] ?? [info.low, info.low, info.high];
    if (!(value >= low && value <= high)) {
      const values = { typed: input.value, ...between(info, low, high), example: typed(presentOf(offer, info.name), info) };
      refuse(info.name, Number.isNaN(value) ? say("not_a_number", values) : say("out_of_bounds", values));
      return;
    }
    const slider = element(`set-${info.name}`);
    if (slider.type === "range") {
      slider.min = Math.min(slider.min, value);
      slider.max = Math.max(slider.max, value);
    }
    move(offer, info, value);
    input.value = typed(presentOf(offer, info.name), info);
    changed(info.name);
  });
  return input;
}

// Moves a control to the last value from which the model can start, and says why it stops there.
export function stop(name, value, offer, sentence) {
  const info = infoOf(offer, name);
  move(offer, info, value);
  const where = isNumber(info) ? say("as_far", { value: typed(value, info) }) : say("as_before");
  refuse(name, `${sentence} ${where}`, false);
}

// Says beside a control why its value is refused; false if there is no such control.
export function refuse(name, sentence, isWrong = true) {
  const box = boxOf(name);
  if (!box) return false;
  const wrong = box.querySelector(".wrong");
  wrong.textContent = sentence;
  wrong.hidden = false;
  for (const input of box.querySelectorAll(".control-row > *")) if (isWrong) input.setAttribute("aria-invalid", "true");
  for (let within = box.parentElement; within; within = within.parentElement) if (within.tagName === "DETAILS") within.open = true;
  return true;
}

export function forgive(name) {
  const box = boxOf(name);
  if (!box || box.querySelector(".wrong").hidden) return;
  box.querySelector(".wrong").hidden = true;
  for (const input of box.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

export function forgiveAll() {
  for (const wrong of document.querySelectorAll(".wrong:not([hidden])")) forgive(wrong.closest(".control").dataset.name);
}

// Shows a control's value and whether it differs from the preset's.
function mark(box, offer) {
  const info = infoOf(offer, box.dataset.name);
  const value = presentOf(offer, info.name);
  const input = box.querySelector(".control-row > *");
  box.querySelector("output").textContent = input.tagName === "FIELDSET" ? "" : shown(value, info, offer);
  box.querySelector(".origin summary").textContent =
    [bounds(info), basis(originOf(offer, info), offer)].filter(Boolean).join(" · ");
  box.classList.toggle("changed", value !== presetOf(offer, info.name));
  if (input.type === "range") input.value = value;
  if (!isNumber(info)) allow(input, ends[info.name]);
  if (input.tagName === "FIELDSET") markKinds(input, value.split(" "), kinds[info.name] ?? {});
  const exactly = box.querySelector(".exact");
  if (exactly && document.activeElement !== exactly) exactly.value = typed(value, info);
}

// Leaves only those choices open that are admissible; a box that has the keyboard keeps it.
function allow(input, choices) {
  for (const option of input.options ?? []) option.disabled = Boolean(choices && !choices.includes(option.value));
  if (input.type === "checkbox") input.disabled = choices?.length === 1 && document.activeElement !== input;
}

function markKinds(boxes, chosen, may) {
  for (const input of boxes.querySelectorAll("input")) {
    input.checked = chosen.includes(input.value);
    input.disabled = may[input.value] === false;
  }
}
