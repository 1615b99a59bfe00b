// The choices of the visitor: territory, intervention, changed settings and seed. They live in the
// address, so that a link shows somebody else the same page.

export const chosen = { scenario: "mid_sized_town", intervention: "transition_cluster", settings: {}, seed: 1, against: "world" };

const KNOWN = ["scenario", "intervention", "seed", "lang", "layer", "month", "against"];

const wholeNumber = (textual) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(Number(textual) || 0)));

// The rest of the address: language, layer and month.
export function read(offer) {
  const given = new URLSearchParams(location.hash.slice(1));
  const isOffered = (list, name) => list.some((one) => one.name === name);
  const [scenario, intervention] = [given.get("scenario"), given.get("intervention")];
  if (isOffered(offer.scenarios, scenario)) chosen.scenario = scenario;
  if (intervention === "none") chosen.intervention = null;
  else if (isOffered(offer.interventions, intervention)) chosen.intervention = intervention;
  if (given.has("seed")) choose({ seed: given.get("seed") });
  if (given.get("against") === "baseline") chosen.against = "baseline";
  for (const [name, value] of given) {
    const info = KNOWN.includes(name) ? null : infoOf(offer, name);
    if (info) set(offer, name, valueOf(value, info));
  }
  const layer = given.get("layer");
  return {
    lang: given.get("lang"),
    layer: isOffered(offer.layers, layer) ? layer : "population",
    month: wholeNumber(given.get("month")),
  };
}

export function write({ language, layer, month }) {
  const address = new URLSearchParams({ scenario: chosen.scenario, intervention: chosen.intervention ?? "none", seed: chosen.seed });
  for (const [name, value] of Object.entries(chosen.settings)) address.set(name, value);
  address.set("lang", language);
  address.set("layer", layer);
  if (chosen.against !== "world") address.set("against", chosen.against);
  if (month) address.set("month", month);
  history.replaceState(null, "", `#${address}`);
}

export function choose({ seed }) {
  chosen.seed = wholeNumber(seed);
}

export const scenarioOf = (offer) => offer.scenarios.find((one) => one.name === chosen.scenario);
export const interventionOf = (offer) => offer.interventions.find((one) => one.name === chosen.intervention);

export const infoOf = (offer, name) =>
  [...offer.parameters, ...(interventionOf(offer)?.levers ?? [])].find((one) => one.name === name);

// The preset with the value of a parameter or lever unless it is changed.
function presetFor(offer, name) {
  const intervention = interventionOf(offer);
  return intervention && name in intervention.values ? intervention : scenarioOf(offer);
}

export const presetOf = (offer, name) => presetFor(offer, name).values[name];

// The evidence mark and the source of that value, from the preset or the schema.
export const originOf = (offer, info) => presetFor(offer, info.name).sources[info.name] ?? info;

export const presentOf = (offer, name) => chosen.settings[name] ?? presetOf(offer, name);

// A value equal to the preset's does not count as changed.
export function set(offer, name, value) {
  if (value === presetOf(offer, name)) delete chosen.settings[name];
  else chosen.settings[name] = value;
}

// Levers of another intervention no longer apply.
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
