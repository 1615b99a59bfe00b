// What is chosen: the territory, the intervention, what is set otherwise, and luck. It lives in the
// address, so that a link shows somebody else the same.

export const chosen = { scenario: "mid_sized_town", intervention: "transition_cluster", settings: {}, seed: 1 };

const KNOWN = ["scenario", "intervention", "seed", "lang", "layer", "month"];

const wholeNumber = (textual) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(Number(textual) || 0)));

// What the address says beside what is chosen: language, layer and month.
export function read(offer) {
  const given = new URLSearchParams(location.hash.slice(1));
  const isOffered = (list, name) => list.some((one) => one.name === name);
  const [scenario, intervention] = [given.get("scenario"), given.get("intervention")];
  if (isOffered(offer.scenarios, scenario)) chosen.scenario = scenario;
  if (intervention === "none") chosen.intervention = null;
  else if (isOffered(offer.interventions, intervention)) chosen.intervention = intervention;
  if (given.has("seed")) choose({ seed: given.get("seed") });
  for (const [name, value] of given) {
    const info = KNOWN.includes(name) ? null : infoOf(offer, name);
    if (info) set(offer, name, valueOf(value, info));
  }
  const layer = given.get("layer");
  return {
    lang: given.get("lang"),
    layer: isOffered(offer.layers, layer) ? layer : "vacancy",
    month: wholeNumber(given.get("month")),
  };
}

export function write({ language, layer, month }) {
  const told = new URLSearchParams({ scenario: chosen.scenario, intervention: chosen.intervention ?? "none", seed: chosen.seed });
  for (const [name, value] of Object.entries(chosen.settings)) told.set(name, value);
  told.set("lang", language);
  told.set("layer", layer);
  if (month) told.set("month", month);
  history.replaceState(null, "", `#${told}`);
}

export function choose({ seed }) {
  chosen.seed = wholeNumber(seed);
}

export const scenarioOf = (offer) => offer.scenarios.find((one) => one.name === chosen.scenario);
export const interventionOf = (offer) => offer.interventions.find((one) => one.name === chosen.intervention);

export const infoOf = (offer, name) =>
  [...offer.parameters, ...(interventionOf(offer)?.levers ?? [])].find((one) => one.name === name);

// The preset that says what a parameter or lever is where nothing is set otherwise.
function presetFor(offer, name) {
  const intervention = interventionOf(offer);
  return intervention && name in intervention.values ? intervention : scenarioOf(offer);
}

export const presetOf = (offer, name) => presetFor(offer, name).values[name];

// How well that value is known, and from where: as the preset says, or the schema.
export const originOf = (offer, info) => presetFor(offer, info.name).sources[info.name] ?? info;

export const presentOf = (offer, name) => chosen.settings[name] ?? presetOf(offer, name);

// Whatever is set as the preset has it is no setting.
export function set(offer, name, value) {
  if (value === presetOf(offer, name)) delete chosen.settings[name];
  else chosen.settings[name] = value;
}

// Levers of another intervention mean nothing any more.
export function forgetForeign(offer) {
  for (const name of Object.keys(chosen.settings)) if (!infoOf(offer, name)) delete chosen.settings[name];
}

export const asked = () => ({ ...chosen, settings: { ...chosen.settings } });

export function valueOf(textual, info) {
  if (info.kind === "bool") return textual === "true";
  if (info.kind === "str") return textual;
  const value = Number(textual);
  return info.kind === "int" ? Math.round(value) : value;
}
