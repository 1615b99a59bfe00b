// The column of settings: what is tried, its levers, and all parameters; those that matter most come first.

import * as control from "./control.js";
import { sought, wordsOf } from "./found.js";
import { say, text } from "./language.js";
import { choose, chosen, forgetForeign, infoOf, interventionsOf, scenarioOf } from "./settings.js";

const { make } = control;
const element = (id) => document.getElementById(id);

export function fillChoices(offer, chose) {
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

// What the column does to the page: lay it again, change what is asked, or begin again.
export function listen(offer, { relay, changed, restart }) {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  const reseed = () => choose({ seed: element("seed").value });
  on("controls", "submit", (event) => event.preventDefault()); // Enter in a field is no new start
  on("reset", "click", () => {
    reseed();
    restart();
  });
  on("seed", "change", () => {
    reseed();
    changed();
  });
  on("defaults", "click", () => {
    chosen.settings = {};
    relay();
  });
  for (const name of ["scenario", "against"]) {
    on(name, "change", () => {
      chosen[name] = element(name).value || null;
      forgetForeign(offer);
      relay();
    });
  }
  on("find", "input", () => find(element("find").value));
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

// Builds all controls; calls `changed` with the name of a setting whenever it changes.
export function lay(offer, changed) {
  const its = interventionsOf(offer);
  const wide = matchMedia("(min-width: 60rem)").matches; // on a phone, maps need the room
  const build = (infos) => control.build(infos, offer, changed);
  const named = (title) => (its.length > 1 ? say("levers_of", { title }) : say("levers"));
  element("levers").replaceChildren(...its.map((one) => {
    const [first, rest] = parted(one.levers, one.first);
    const more = rest.length ? [group(say("more_levers"), build(rest), false)] : [];
    return group(named(text(one.title)), [...build(first), ...more], wide);
  }));
  const [first, rest] = parted(offer.parameters, offer.first);
  element("world").replaceChildren(group(say("world"), build(first), wide && !its.length));
  const tables = Object.entries(offer.groups).map(([name, title]) => [text(title), rest.filter((info) => info.group === name)]);
  element("parameters").replaceChildren(
    ...tables.filter(([, infos]) => infos.length).map(([title, infos]) => group(title, build(infos), false)));
  for (const box of boxes()) box.dataset.find = wordsOf(infoOf(offer, box.dataset.name), offer);
  find(element("find").value);
}

// Settings in the order of these names, and the others.
const parted = (infos, first) =>
  [first.map((name) => infos.find((info) => info.name === name)), infos.filter((info) => !first.includes(info.name))];

const group = (title, controls, open) => make("details", { open }, make("summary", { textContent: title }), ...controls);

const boxes = () => element("controls").querySelectorAll(".control");

// Shows only the controls that match the search, and says how many.
export function find(typed) {
  const isSought = Boolean(typed.trim());
  const matches = sought(typed);
  let count = 0;
  for (const box of boxes()) {
    box.hidden = isSought && !matches(box.dataset.find);
    if (!box.hidden) count += 1;
  }
  const parts = "#levers details:not(.origin), #world > details, #parameters-box, #parameters > details, .mixture-box";
  for (const part of element("controls").querySelectorAll(parts)) {
    part.hidden = isSought && !part.querySelector(".control:not([hidden])");
    if (part.tagName !== "DETAILS") continue;
    part.dataset.open ??= part.open;
    part.open = isSought ? !part.hidden : part.dataset.open === "true";
    if (!isSought) delete part.dataset.open;
  }
  element("found").textContent = isSought ? say("found", { count }) : "";
}
