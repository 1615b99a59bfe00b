// Sliders and lists for every parameter and lever, made from the schema that the command line uses.
// No position of a slider is refused: the server says how far each may move while the others stay,
// shares of money move together, and small values jump to 0 where it has a meaning of its own.

import { infoOf, interventionsOf, originOf, presentOf, presetOf, scenarioOf, set, valueOf } from "./settings.js";
import { languageOf, number, quantity, say, text } from "./language.js";

const element = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export function fillChoices(offer, chosen, chose) {
  const fill = (select, list, value) =>
    select.replaceChildren(...list.map(([name, label]) => new Option(label, name, false, name === value)));
  const titles = (list) => list.map((one) => [one.name, text(one.title)]);
  fill(element("scenario"), titles(offer.scenarios), chosen.scenario);
  const lists = layInterventions(chosen.interventions.length + 1, chose);
  lists.forEach(({ select, help }, k) => {
    const own = chosen.interventions[k] ?? "";
    const free = offer.interventions.filter((one) => one.name === own || !chosen.interventions.includes(one.name));
    fill(select, [["", say("none")], ...titles(free)], own);
    help.textContent = text(free.find((one) => one.name === own)?.description ?? {});
  });
  element("seed").value = chosen.seed;
  const scenario = scenarioOf(offer);
  element("scenario-help").textContent =
    `${text(scenario.description)} ${say(scenario.is_imported ? "imported" : "generated")}`.trim();
}

// A list for each intervention that is tried, and one to try another with them.
function layInterventions(number, chose) {
  const box = element("interventions");
  while (box.children.length > number) box.lastChild.remove();
  while (box.children.length < number) {
    const k = box.children.length;
    const select = make("select", { id: k ? `intervention-${k + 1}` : "intervention" });
    select.addEventListener("change", () => chose([...box.querySelectorAll("select")].map((one) => one.value).filter(Boolean)));
    const label = make("label", { className: "field" }, make("span"), select);
    box.append(make("div", {}, label, make("p", { className: "help" })));
  }
  return [...box.children].map((one, k) => {
    one.querySelector("span").textContent = say(k ? "and_also" : "intervention");
    return { select: one.querySelector("select"), help: one.querySelector(".help") };
  });
}

let ends = {}; // by lever

// Moves the ends of sliders to where the server says that admissible values end.
export function limit(found, offer) {
  ends = found;
  for (const [name, [low, , high]] of Object.entries(ends)) {
    const slider = element(`set-${name}`);
    if (!slider) continue;
    const info = infoOf(offer, name);
    [slider.min, slider.max] = range(info, presentOf(offer, name), offer);
    const exactly = slider.closest(".control").querySelector(".exact");
    [exactly.min, exactly.max] = [low, high];
    mark(slider.closest(".control"), offer);
  }
}

// Sets a lever, and what must move with it.
function move(offer, info, value) {
  const shares = interventionsOf(offer).map((one) => one.shares).find((names) => names.includes(info.name)) ?? [];
  if (shares.includes(info.name)) share(offer, shares, info.name, value);
  else {
    const [lowest, least] = ends[info.name] ?? [value, value];
    set(offer, info.name, value >= least ? value : value < (lowest + least) / 2 ? lowest : least);
  }
  for (const name of shares.includes(info.name) ? shares : [info.name]) {
    const slider = element(`set-${name}`);
    if (slider.type === "range" && name !== info.name) slider.value = presentOf(offer, name);
    mark(slider.closest(".control"), offer);
  }
}

// Gives one share its value, and the others what is left, in the proportion that they have.
function share(offer, names, name, value) {
  const others = names.filter((one) => one !== name);
  const before = others.map((one) => presentOf(offer, one));
  const total = before.reduce((sum, one) => sum + one, 0);
  set(offer, name, value);
  let left = 1 - value;
  others.forEach((one, n) => {
    const rest = total > 0 ? (before[n] / total) * (1 - value) : (1 - value) / others.length;
    const own = n === others.length - 1 ? left : Math.min(left, Number(rest.toFixed(3)));
    left -= own;
    set(offer, one, Number(own.toFixed(9)));
  });
}

// Builds all sliders; calls `changed` whenever one moves.
export function lay(offer, changed) {
  const its = interventionsOf(offer);
  const wide = matchMedia("(min-width: 60rem)").matches; // on a phone, maps need the room
  const named = (title) => (its.length > 1 ? say("levers_of", { title }) : say("levers"));
  element("levers").replaceChildren(...its.map((one) => group(named(text(one.title)), one.levers, offer, changed, wide)));
  const groups = Object.entries(offer.groups).map(([name, title]) =>
    group(text(title), offer.parameters.filter((p) => p.group === name), offer, changed, false));
  element("parameters").replaceChildren(...groups);
  find(element("find").value);
}

// Shows only the controls that match the search.
export function find(sought) {
  const wanted = sought.trim().toLowerCase();
  for (const box of element("parameters").children) {
    const controls = [...box.querySelectorAll(".control")];
    for (const control of controls) control.hidden = Boolean(wanted) && !control.dataset.find.includes(wanted);
    box.hidden = controls.every((control) => control.hidden);
    if (wanted) box.open = !box.hidden;
  }
}

function group(title, infos, offer, changed, open) {
  const head = make("summary", { textContent: title });
  return make("details", { open }, head, ...infos.map((info) => control(info, offer, changed)));
}

function control(info, offer, changed) {
  const id = `set-${info.name}`;
  const label = make("label", { htmlFor: id, textContent: text(info.label) });
  const input = Object.assign(field(info, offer), { id });
  const help = make("p", { className: "help", id: `help-${info.name}`, textContent: text(info.help) });
  input.setAttribute("aria-describedby", help.id);
  const box = make("div", { className: "control" },
    make("div", { className: "control-head" }, label, make("output", { htmlFor: id })),
    make("div", { className: "control-row" }, input, ...(input.type === "range" ? [exact(info, offer, changed)] : [])),
    help,
    origin(originOf(offer, info), offer, bounds(info)));
  box.dataset.name = info.name;
  box.dataset.find = `${info.name} ${text(info.label)} ${text(info.help)}`.toLowerCase();
  input.addEventListener("input", () => {
    move(offer, info, input.type === "checkbox" ? input.checked : valueOf(input.value, info));
    changed();
  });
  mark(box, offer);
  return box;
}

// Calendar years have no thousands separator.
const shown = (value, info, offer) => (info.name === "start_year" ? String(value) : quantity(value, info, offer.choices));

function bounds(info) {
  if (info.kind !== "int" && info.kind !== "float") return "";
  const show = (value) => (info.name === "start_year" ? value : info.is_share ? quantity(value, info) : number(value));
  return say("bounds", { low: show(info.low), high: show(info.high) });
}

// The evidence mark in one line; opening it shows the source.
export function origin(known, offer, before = "") {
  const basis = say("basis", { evidence: text(offer.evidence[known.evidence]) });
  const head = make("summary", { textContent: [before, basis].filter(Boolean).join(" · ") });
  return make("details", { className: "origin" }, head, make("p", { className: "help", lang: languageOf(known.source), textContent: text(known.source) }));
}

function field(info, offer) {
  const value = presentOf(offer, info.name);
  if (info.kind === "bool") return make("input", { type: "checkbox", checked: value });
  if (info.kind === "str" && !info.choices.length) return make("input", { type: "text", value, maxLength: 200 });
  if (info.kind === "str") {
    return make("select", {}, ...info.choices.map((c) => new Option(text(offer.choices[c]), c, false, c === value)));
  }
  const [low, high, step] = range(info, value, offer);
  return make("input", { type: "range", min: low, max: high, step, value });
}

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

// The value as a number within its bounds.
function exact(info, offer, changed) {
  const input = make("input", {
    type: "number", min: info.low, max: info.high, step: info.kind === "int" ? 1 : "any", className: "exact",
  });
  input.setAttribute("aria-label", say("exact", { label: text(info.label) }));
  input.addEventListener("change", () => {
    if (!input.checkValidity() || input.value === "") {
      input.reportValidity();
      return;
    }
    const value = valueOf(input.value, info);
    const slider = element(`set-${info.name}`);
    slider.min = Math.min(slider.min, value);
    slider.max = Math.max(slider.max, value);
    slider.value = value;
    move(offer, info, value);
    changed();
  });
  return input;
}

// Shows a control's value and whether it differs from the preset's.
function mark(box, offer) {
  const info = infoOf(offer, box.dataset.name);
  const value = presentOf(offer, info.name);
  box.querySelector("output").textContent = shown(value, info, offer);
  box.classList.toggle("changed", value !== presetOf(offer, info.name));
  const exactly = box.querySelector(".exact");
  if (exactly && document.activeElement !== exactly) exactly.value = value;
}
