// What is chosen: the territory, the intervention, what is set otherwise, and luck. It lives in the
// address, so that a link shows somebody else the same.

export const chosen = { scenario: "mid_sized_town", intervention: "transition_cluster", settings: {}, seed: 1 };

const KNOWN = ["scenario", "intervention", "seed", "lang", "layer", "month"];

// What the address says beside what is chosen: language, layer and month.
export function read(offer) {
  const given = new URLSearchParams(location.hash.slice(1));
  const names = (list) => list.map((one) => one.name);
  const scenario = given.get("scenario");
  if (names(offer.scenarios).includes(scenario)) chosen.scenario = scenario;
  const intervention = given.get("intervention");
  if (intervention === "none") chosen.intervention = null;
  else if (names(offer.interventions).includes(intervention)) chosen.intervention = intervention;
  const seed = Number(given.get("seed"));
  if (given.has("seed") && Number.isSafeInteger(seed) && seed >= 0) chosen.seed = seed;
  chosen.settings = {};
  for (const [name, value] of given) {
    const info = KNOWN.includes(name) ? null : infoOf(offer, name);
    if (info) chosen.settings[name] = valueOf(value, info);
  }
  return { lang: given.get("lang"), layer: given.get("layer"), month: Number(given.get("month")) || 0 };
}

export function write({ language, layer, month }) {
  const told = new URLSearchParams({ scenario: chosen.scenario, intervention: chosen.intervention ?? "none", seed: chosen.seed });
  for (const [name, value] of Object.entries(chosen.settings)) told.set(name, value);
  told.set("lang", language);
  told.set("layer", layer);
  if (month) told.set("month", month);
  history.replaceState(null, "", `#${told}`);
}

export function leversOf(offer) {
  return offer.interventions.find((one) => one.name === chosen.intervention) ?? null;
}

export function infoOf(offer, name) {
  const levers = leversOf(offer)?.levers ?? [];
  return offer.parameters.find((one) => one.name === name) ?? levers.find((one) => one.name === name);
}

// What a parameter or lever is where nothing is set otherwise.
export function presetOf(offer, name) {
  const intervention = leversOf(offer);
  if (intervention && name in intervention.values) return intervention.values[name];
  return offer.scenarios.find((one) => one.name === chosen.scenario).values[name];
}

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

export const asked = (month) => ({ ...chosen, settings: { ...chosen.settings }, month });

export function valueOf(textual, info) {
  if (info.kind === "bool") return textual === "true" || textual === true;
  if (info.kind === "str") return textual;
  const value = Number(textual);
  return info.kind === "int" ? Math.round(value) : value;
}
