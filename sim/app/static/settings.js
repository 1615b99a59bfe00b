// The choices of the visitor: territory, interventions, changed settings and seed. They live in the
// address, so that a link shows somebody else the same page.

export const chosen = { scenario: "mid_sized_town", interventions: ["transition_cluster"], settings: {}, seed: 1, against: "world" };

const KNOWN = ["scenario", "intervention", "seed", "lang", "layer", "month", "against", "budget"];

const wholeNumber = (textual) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(Number(textual) || 0)));

// The rest of the address: language, layer and month.
export function read(offer) {
  const given = new URLSearchParams(location.hash.slice(1));
  const isOffered = (list, name) => list.some((one) => one.name === name);
  const [scenario, intervention] = [given.get("scenario"), given.get("intervention")];
  if (isOffered(offer.scenarios, scenario)) chosen.scenario = scenario;
  const named = (intervention ?? "").split(/[+ ]/).filter((name) => isOffered(offer.interventions, name));
  if (intervention === "none" || named.length) attempt(offer, named);
  if (given.has("seed")) choose({ seed: given.get("seed") });
  if (given.get("against") === "baseline") chosen.against = "baseline";
  for (const [name, value] of given) {
    if (KNOWN.includes(name)) continue;
    // As on the command line, a lever without an owner is that of all that have it.
    for (const one of [name, ...chosen.interventions.map((owner) => `${owner}.${name}`)]) {
      const info = infoOf(offer, one);
      if (info) set(offer, one, valueOf(value, info));
    }
  }
  const layer = given.get("layer");
  return {
    lang: given.get("lang"),
    layer: isOffered(offer.layers, layer) ? layer : "population",
    month: wholeNumber(given.get("month")),
    budget: given.get("budget"),
  };
}

export function write({ language, layer, month, budget }) {
  const address = new URLSearchParams({ scenario: chosen.scenario, intervention: tried() ?? "none", seed: chosen.seed });
  for (const [name, value] of Object.entries(chosen.settings)) address.set(name, value);
  address.set("lang", language);
  address.set("layer", layer);
  if (chosen.against !== "world") address.set("against", chosen.against);
  if (month) address.set("month", month);
  if (budget) address.set("budget", budget);
  history.replaceState(null, "", `#${address}`);
}

export function choose({ seed }) {
  chosen.seed = wholeNumber(seed);
}

export const scenarioOf = (offer) => offer.scenarios.find((one) => one.name === chosen.scenario);

// The interventions that are tried. Where they are several, the name of a lever stands behind that of
// its owner, as on the command line.
export function interventionsOf(offer) {
  const found = chosen.interventions.map((name) => offer.interventions.find((one) => one.name === name));
  return found.length > 1 ? found.map(owning) : found;
}

const owned = (owner, lever, number) => (number > 1 ? `${owner}.${lever}` : lever);

function owning(one) {
  const own = (name) => owned(one.name, name, 2);
  const renamed = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [own(name), value]));
  return {
    ...one, values: renamed(one.values), sources: renamed(one.sources), shares: one.shares.map(own), first: one.first.map(own),
    levers: one.levers.map((info) => ({ ...info, name: own(info.name) })),
  };
}

// Tries these interventions; those that stay keep their levers, and one alone keeps what it shares with the one before.
export function attempt(offer, names) {
  const before = chosen.interventions;
  const kept = {};
  if (before.length !== 1 || names.length !== 1) {
    for (const { name: owner, levers } of offer.interventions.filter((one) => before.includes(one.name))) {
      for (const { name } of levers) {
        const old = owned(owner, name, before.length);
        if (names.includes(owner) && old in chosen.settings) kept[owned(owner, name, names.length)] = chosen.settings[old];
        delete chosen.settings[old];
      }
    }
  }
  chosen.interventions = [...new Set(names)];
  Object.assign(chosen.settings, kept);
  forgetForeign(offer);
  // Shares of another intervention add up to 1 with others.
  for (const { shares } of interventionsOf(offer)) {
    const total = shares.reduce((sum, name) => sum + presentOf(offer, name), 0);
    if (shares.length && Math.abs(total - 1) > 1e-6) for (const name of shares) delete chosen.settings[name];
  }
}

// Gives an intervention these levers, and its own where there is none.
export function pull(offer, name, levers) {
  const { values } = offer.interventions.find((one) => one.name === name);
  const number = chosen.interventions.length;
  for (const lever of Object.keys(values)) set(offer, owned(name, lever, number), levers[lever] ?? values[lever]);
}

// The territory in which interventions are tried, in one word.
export function world(offer) {
  const { scenario, seed, settings } = chosen;
  const changed = Object.entries(settings).filter(([name]) => offer.parameters.some((one) => one.name === name));
  return JSON.stringify([scenario, seed, changed.sort()]);
}

// The interventions in one word, as on the command line.
const tried = () => chosen.interventions.join("+") || null;

export const infoOf = (offer, name) =>
  [...offer.parameters, ...interventionsOf(offer).flatMap((one) => one.levers)].find((one) => one.name === name);

// The preset with the value of a parameter or lever unless it is changed.
function presetFor(offer, name) {
  return interventionsOf(offer).find((one) => name in one.values) ?? scenarioOf(offer);
}

export const presetOf = (offer, name) => presetFor(offer, name).values[name];

// The evidence mark and the source of that value, from the preset or the schema.
export const originOf = (offer, info) => presetFor(offer, info.name).sources[info.name] ?? info;

export const presentOf = (offer, name) => chosen.settings[name] ?? presetOf(offer, name);

export const isChanged = (name) => name in chosen.settings;

// A value equal to the preset's does not count as changed.
export function set(offer, name, value) {
  if (value === presetOf(offer, name)) delete chosen.settings[name];
  else chosen.settings[name] = value;
}

// Levers of another intervention no longer apply.
export function forgetForeign(offer) {
  for (const name of Object.keys(chosen.settings)) if (!infoOf(offer, name)) delete chosen.settings[name];
}

export function asked() {
  const { interventions: _, ...rest } = chosen;
  return { ...rest, intervention: tried(), settings: { ...chosen.settings } };
}

export function valueOf(textual, info) {
  if (info.kind === "bool") return textual === "true";
  if (info.kind === "str") return textual;
  const value = Number(textual);
  return info.kind === "int" ? Math.round(value) : value;
}
