// Sliders and lists for every parameter and lever, made from the one schema that the command line uses.

import { infoOf, leversOf, presentOf, presetOf, set, valueOf } from "./settings.js";
import { quantity, say, text } from "./language.js";

const element = (id) => document.getElementById(id);

export function fillChoices(offer, chosen) {
  const fill = (select, list, value) => {
    select.replaceChildren(...list.map(([name, label]) => new Option(label, name, false, name === value)));
  };
  fill(element("scenario"), offer.scenarios.map((s) => [s.name, text(s.title)]), chosen.scenario);
  fill(
    element("intervention"),
    [["", say("none")], ...offer.interventions.map((i) => [i.name, text(i.title)])],
    chosen.intervention ?? "",
  );
  element("seed").value = chosen.seed;
  const scenario = offer.scenarios.find((s) => s.name === chosen.scenario);
  element("scenario-help").textContent =
    `${text(scenario.description)} ${say(scenario.is_imported ? "imported" : "generated")}`.trim();
  element("intervention-help").textContent = text(leversOf(offer)?.description ?? { en: "", fr: "" });
}

// Lays out all sliders; `changed` is called with a name whenever one is moved.
export function lay(offer, changed) {
  const levers = leversOf(offer);
  element("levers").replaceChildren(
    ...(levers ? [group(say("levers"), levers.levers, offer, changed, true)] : []),
  );
  const groups = Object.entries(offer.groups).map(([name, title]) =>
    group(text(title), offer.parameters.filter((p) => p.group === name), offer, changed, false));
  element("parameters").replaceChildren(...groups);
  find(element("find").value);
}

// Shows only what is looked for.
export function find(sought) {
  const wanted = sought.trim().toLowerCase();
  for (const box of element("parameters").children) {
    let any = false;
    for (const control of box.querySelectorAll(".control")) {
      control.hidden = Boolean(wanted) && !control.dataset.find.includes(wanted);
      any ||= !control.hidden;
    }
    box.hidden = !any;
    if (wanted) box.open = any;
  }
}

function group(title, infos, offer, changed, open) {
  const box = document.createElement("details");
  box.open = open;
  const head = document.createElement("summary");
  head.textContent = title;
  box.append(head, ...infos.map((info) => control(info, offer, changed)));
  return box;
}

function control(info, offer, changed) {
  const box = document.createElement("div");
  box.className = "control";
  box.dataset.name = info.name;
  box.dataset.find = `${info.name} ${text(info.label)} ${text(info.help)}`.toLowerCase();
  const id = `set-${info.name}`;
  const label = document.createElement("label");
  label.htmlFor = id;
  label.textContent = text(info.label);
  const output = document.createElement("output");
  output.htmlFor = id;
  const input = field(info, presentOf(offer, info.name));
  input.id = id;
  input.setAttribute("aria-describedby", `help-${info.name}`);
  const help = document.createElement("p");
  help.className = "help";
  help.id = `help-${info.name}`;
  help.textContent = `${text(info.help)} ${about(info, offer)}`;
  const head = document.createElement("div");
  head.className = "control-head";
  head.append(label, output);
  const row = document.createElement("div");
  row.className = "control-row";
  row.append(input);
  if (input.type === "range") row.append(exact(info, offer, changed));
  box.append(head, row, help);
  const move = () => {
    set(offer, info.name, input.type === "checkbox" ? input.checked : valueOf(input.value, info));
    mark(box, offer);
    changed(info.name);
  };
  input.addEventListener("input", move);
  mark(box, offer);
  return box;
}

function field(info, value) {
  if (info.kind === "bool") return Object.assign(document.createElement("input"), { type: "checkbox", checked: value });
  if (info.kind === "str" && info.choices.length) {
    const select = document.createElement("select");
    select.append(...info.choices.map((c) => new Option(c.replaceAll("_", " "), c, false, c === value)));
    return select;
  }
  if (info.kind === "str") return Object.assign(document.createElement("input"), { type: "text", value, maxLength: 100 });
  const [low, high, step] = range(info, value);
  return Object.assign(document.createElement("input"), { type: "range", min: low, max: high, step, value });
}

// Where a slider goes: the plausible range where there is one, else what is admissible and near.
function range(info, value) {
  let [low, high] = info.plausible ?? [info.low, Math.min(info.high, Math.max(4 * Math.abs(info.default), 4 * Math.abs(value), info.low + 10))];
  if (info.kind === "float" && !info.plausible && info.high <= 1) [low, high] = [info.low, info.high];
  [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (info.kind === "int") return [low, high, 1];
  const rough = (high - low) / 100 || 1;
  return [low, high, 10 ** Math.floor(Math.log10(rough))];
}

// The same value as a number, within all that is admissible.
function exact(info, offer, changed) {
  const input = Object.assign(document.createElement("input"), {
    type: "number", min: info.low, max: info.high, step: info.kind === "int" ? 1 : "any", className: "exact",
    value: presentOf(offer, info.name),
  });
  input.setAttribute("aria-label", say("exact", { label: text(info.label) }));
  input.addEventListener("change", () => {
    if (!input.checkValidity() || input.value === "") {
      input.reportValidity();
      return;
    }
    set(offer, info.name, valueOf(input.value, info));
    const slider = document.getElementById(`set-${info.name}`);
    const value = Number(input.value);
    slider.min = Math.min(slider.min, value);
    slider.max = Math.max(slider.max, value);
    slider.value = value;
    mark(slider.closest(".control"), offer);
    changed(info.name);
  });
  return input;
}

function about(info, offer) {
  const known = info.low === null ? "" : `${say("bounds", { low: quantity(info.low, info), high: quantity(info.high, info) })} `;
  return `${known}${say("known_as", { evidence: text(offer.evidence[info.evidence]), source: info.source })}`;
}

// Says a control's value, and whether it is as the preset has it.
function mark(box, offer) {
  const info = infoOf(offer, box.dataset.name);
  const value = presentOf(offer, info.name);
  box.querySelector("output").textContent = quantity(value, info);
  box.classList.toggle("changed", value !== presetOf(offer, info.name));
  const number = box.querySelector(".exact");
  if (number && document.activeElement !== number) number.value = value;
}
