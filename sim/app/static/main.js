// The page: begins a session, plays it, and shows every frame that comes.

import * as api from "./api.js";
import * as board from "./board.js";
import * as charts from "./charts.js";
import * as control from "./control.js";
import * as controls from "./controls.js";
import { compare, language, learn, options, say, speak, text } from "./language.js";
import * as ends from "./ends.js";
import * as ground from "./ground.js";
import * as guide from "./guide.js";
import * as maps from "./maps.js";
import * as ownTown from "./own_town.js";
import * as player from "./player.js";
import * as replications from "./replications.js";
import * as settings from "./settings.js";
import * as site from "./site.js";
import * as story from "./story.js";
import * as takeAway from "./take_away.js";
import * as theme from "./theme.js";
import * as timeline from "./timeline.js";
import * as town from "./town.js";
import * as why from "./why.js";

const element = (id) => document.getElementById(id);
const on = (id, event, action) => element(id).addEventListener(event, action);

const GLIMPSE = 12; // months that are run before a change is seen for the first time
const DRAW = 150; // ms between two drawings of the charts while it plays

let offer;
let about = null; // what the server says of the territories that are shown
let month = 0;
let target = 0; // the month to come back to after a change
let layer;
let isDirty = false; // something was changed that the server does not know yet
let isKnown = false; // the server knows all settings, and refused none
let busy = Promise.resolve();

const present = {
  session: null,
  layer: () => offer.layers.find((one) => one.name === layer),
  hasReport: () => about?.mode === "intervention",
  choose,
  complain,
  put,
  world: () => settings.world(offer),
  budgets: () => offer.limits.budget,
  next,
  tell: () => words().then(commands).then(guide.retell),
  words: () => words().then(follow),
  step: () => step(),
  settle: () => settle(),
  isOver: () => month >= about.months,
  rewind,
  see,
  bookmark: () => bookmark(),
  isKnown: () => isKnown,
  isShown: () => about !== null,
  caption: () => [`${text(present.layer().label)}, ${today()} – Essaim`, ground.credit(about)],
  picture: () => `essaim-${layer}-${month}.png`,
};

// Nothing is asked of the server before it has answered what was asked before.
function next(action) {
  busy = busy.then(action).catch(complain);
  return busy;
}

async function complain(error) {
  player.pause();
  if (error.status === 404 && present.session) {
    present.session = null; // it has ended: begin another where this one was
    await open().catch(complain);
    return;
  }
  if (error.possible?.length && !isDirty) {
    const stop = () => error.possible.forEach((one) => control.stop(one.setting, one.value, offer, one.error));
    stop();
    stopped = stop;
    changed(error.possible[0].setting);
    return;
  }
  // What is shown stays as it was, without colour, until the setting is put right.
  element("stage").ariaBusy = "false";
  const named = error.status === 422 ? [last, ...error.settings].filter(settings.isChanged) : [];
  const beside = named.find((name) => control.refuse(name, error.message));
  element("error").textContent = offer && error.status === 0 ? say("unreachable") : error.message;
  element("error").hidden = Boolean(beside) && beside === last; // who has just changed it looks there
}

// Begins, or puts what is chosen in the place of what was shown, and comes back to the same month.
async function open() {
  isDirty = isKnown = false;
  const asked = settings.asked();
  about = present.session ? await api.change(present.session, asked) : await api.begin(asked);
  present.session = about.session;
  isKnown = !isDirty;
  compare(about.mode === "intervention" && settings.chosen.interventions.length > 1 ? "interventions" : about.mode);
  ends.take(about);
  control.forgiveAll();
  stopped?.();
  stopped = null;
  charts.lay(offer, about);
  charts.forget();
  timeline.forget();
  replications.forget();
  why.forget();
  guide.forget(about.is_same);
  story.settings(about, offer);
  board.speak();
  maps.tell(present.layer(), offer, about?.scales[layer]);
  await ground.load(about.session, about, settings.chosen.scenario);
  month = 0;
  target = Math.min(target, about.months);
  // The first months are shown at once; a further change need not wait for the rest. Replications run beside them.
  let steps = GLIMPSE;
  let isReplicated = about.is_same;
  do {
    await show(Math.min(steps, target - month));
    if (!isReplicated && !isDirty) await replications.begin();
    isReplicated = true;
    steps = Math.min(2 * steps, offer.limits.steps);
  } while (month < target && !isDirty);
  if (isDirty) return;
  stale(false);
  await settle();
}

// Begins again at the first month.
function rewind() {
  return next(() => {
    target = 0;
    return open();
  });
}

// Stops the film, too.
function restart() {
  player.pause();
  rewind();
}

// Lays the settings again, of which some changed.
function relay() {
  layout();
  changed();
}

// Tries other interventions.
function choose(names) {
  settings.attempt(offer, names);
  relay();
}

// Tries an intervention with some levers, alone or beside the others, and shows what it changes in the end.
function put(name, levers, isBeside) {
  settings.attempt(offer, isBeside ? [...settings.chosen.interventions, name] : [name]);
  settings.pull(offer, name, levers);
  target = about.months;
  relay();
  element("answer-head").scrollIntoView();
}

// While an answer is under way, what is shown belongs to other settings.
function stale(isStale) {
  element("stage").ariaBusy = String(isStale);
  document.body.classList.toggle("stale", isStale);
}

let last = ""; // the setting that was changed last
let stopped = null; // says beside it why it did not go further
function changed(name = "") {
  last = name;
  isDirty = true;
  isKnown = false;
  ends.forget(name);
  stale(true);
  next(async () => {
    if (isDirty) await open();
  });
}

let painted = 0;
let drawn = 0;
async function show(steps, again = false) {
  const frame = await api.frame(present.session, { steps, layer, known: charts.known(), from_start: again });
  const people = await api.town(present.session);
  element("error").hidden = true;
  town.show(frame, people);
  timeline.keep(frame, people);
  charts.add(frame);
  month = frame.month;
  painted += 1;
  document.body.dataset.painted = painted;
  document.body.dataset.month = month;
  if (!player.isPlaying() || performance.now() - drawn > DRAW) {
    charts.refresh();
    drawn = performance.now();
  }
  showDate();
}

function showDate(at = month) {
  const words = say("date", { date: timeline.label(at, about.start_year), month: at, months: about.months });
  element("date").value = words;
  const scrub = element("scrub");
  scrub.max = about.months;
  if (!isDragged) scrub.value = at;
  scrub.setAttribute("aria-valuetext", words);
}

const today = () => timeline.label(month, about.start_year); // at month 0 nothing was run; it begins in January

// Goes to a month: forth by running on, back by running again from the start, which gives the same.
let isDragged = false;
let wanted = null;
function go(to, pace = offer.limits.steps) {
  player.pause();
  isDragged = true;
  const seen = timeline.seen(to);
  if (seen) town.show(seen.frame, seen.town);
  showDate(to);
  const isWaiting = wanted !== null;
  wanted = to;
  if (isWaiting) return;
  next(async () => {
    try {
      while (wanted !== null && present.session) {
        const goal = wanted;
        let again = goal < month;
        do {
          await show(Math.min(goal - (again ? 0 : month), again ? offer.limits.steps : pace), again);
          again = false;
        } while (month < goal && wanted === goal);
        if (wanted === goal) wanted = null;
      }
    } finally {
      [wanted, isDragged] = [null, false];
    }
    target = month;
    showDate();
    await settle();
  });
}

// Shows a scene of the story: its ground and its month, with the film in between if there is any.
const PACED = 24; // frames of the film between two scenes
function see(scene, isCalm) {
  if (scene.layer !== layer) {
    layer = element("layer").value = scene.layer;
    timeline.forget();
    maps.tell(present.layer(), offer, about?.scales[layer]);
  }
  go(scene.month, isCalm ? offer.limits.steps : Math.max(1, Math.ceil((scene.month - month) / PACED)));
}

async function words() {
  story.tell(await api.words(present.session, language));
}

// After words, more replications may be under way: those of another month.
const follow = () => !about.is_same && replications.look();

const commands = () => takeAway.commands(present.session);

// The address is a link to what is shown.
const bookmark = () => settings.write({ language, layer, month, budget: board.budget() });

// Everything that need not follow every month.
let settled = 0;
async function settle() {
  if (!present.session) return;
  await words();
  await follow();
  await commands();
  charts.refresh();
  town.describe(text(present.layer().label), today());
  timeline.mark(about, offer, charts.peak("closure_rate_town_centre"), go);
  maps.reread(present);
  await town.reread();
  bookmark();
  settled += 1;
  document.body.dataset.settled = settled;
}

const step = async () => {
  if (!present.session) await open();
  await show(1);
  target = month;
  if (month >= about.months) player.pause();
};

// Everything that depends on the language or on what is chosen.
function layout() {
  controls.fillChoices(offer, choose);
  controls.lay(offer, changed);
  element("layer").replaceChildren(
    ...offer.layers.map((one) => new Option(text(one.label), one.name, false, one.name === layer)));
  element("against").replaceChildren(...["world", "baseline"].map((name) =>
    new Option(say(`against_${name}`), name, false, name === settings.chosen.against)));
  element("against-field").hidden = !settings.chosen.interventions.length;
  site.speak();
  story.layTabs();
  ownTown.speak();
  player.speak();
  element("language").replaceChildren(...options());
  element("footer").textContent = say("footer", { version: offer.package_version, model: offer.model_version });
  document.title = `Essaim – ${say("title")}`;
  maps.tell(present.layer(), offer, about?.scales[layer]);
}

function recolour() {
  if (!about) return;
  charts.lay(offer, about);
  maps.colour(present.layer(), offer.differences);
  town.describe(text(present.layer().label), today());
  town.redraw();
}

function listen() {
  on("scrub", "input", () => about && go(Number(element("scrub").value)));
  on("step", "click", () => next(async () => {
    await step();
    await settle();
  }));
  on("layer", "change", () => {
    layer = element("layer").value;
    timeline.forget();
    maps.tell(present.layer(), offer, about?.scales[layer]);
    next(async () => {
      await show(0);
      await settle();
    });
  });

  on("language", "change", () => {
    speak(element("language").value);
    layout();
    if (!about) return;
    charts.lay(offer, about);
    story.settings(about, offer);
    ground.speak(about);
    showDate();
    replications.speak();
    next(why.speak);
    board.translate();
    next(guide.retell);
    next(settle);
  });
  theme.listen(recolour);

  on("more-box", "toggle", charts.resize);
  addEventListener("resize", charts.resize);
  addEventListener("hashchange", () => location.reload());
  addEventListener("pagehide", () => present.session && api.end(present.session));
}

async function start() {
  offer = await api.options();
  learn(offer);
  await ownTown.remember(offer);
  const given = settings.read(offer);
  layer = given.layer;
  target = given.month;
  speak(given.lang ?? navigator.language.slice(0, 2));
  site.listen(offer, relay);
  layout();
  ends.listen(present, offer);
  replications.listen(present);
  why.listen(present);
  board.listen(present, given.budget);
  guide.listen(present);
  takeAway.listen(present);
  town.listen(present);
  ownTown.listen(offer, (scenario) => {
    settings.chosen.scenario = scenario;
    target = 0;
    relay();
  });
  controls.listen(offer, { relay, changed, restart });
  listen();
  await next(open);
  document.body.dataset.ready = "true";
}

const begun = start().catch(complain);
player.listen(present, begun);
