// The page: begins a session, plays it, and shows every frame that comes.

import * as api from "./api.js";
import * as charts from "./charts.js";
import * as controls from "./controls.js";
import { date, language, learn, number, say, speak, text } from "./language.js";
import * as maps from "./maps.js";
import * as settings from "./settings.js";
import * as story from "./story.js";

const element = (id) => document.getElementById(id);
const SPEEDS = [2, 6, 12, 24, 60, 0]; // months a second; 0: as fast as it goes
const SETTLE = 40; // ms without another move before a slider's value is sent
const LOOK = 700; // ms between two looks at replications
const WORDS = 400; // ms between two readings of the words while it plays

let offer;
let about = null;
let month = 0;
let playing = false;
let layer = "vacancy";
let busy = Promise.resolve();
let painted = 0;
let told = 0;

const present = { session: null, layer: () => offer.layers.find((one) => one.name === layer) };

// Nothing is asked of the server before it has answered what was asked before.
function next(action) {
  busy = busy.then(action).catch(complain);
  return busy;
}

async function complain(error) {
  pause();
  if (error.status === 404 && present.session) {
    present.session = null;
    await open().catch(complain);
    return;
  }
  element("error").textContent = error.message;
  element("error").hidden = false;
}

// Begins, or puts what is chosen in the place of what was shown, at the same month.
async function open(at = month) {
  const asked = settings.asked(at);
  about = present.session ? await api.change(present.session, asked) : await api.begin(asked);
  present.session = about.session;
  element("error").hidden = true;
  if (element("charts").dataset.begin !== `${about.start_year} ${about.months} ${language}`) {
    charts.build(offer.charts, offer.headlines, about.start_year, about.months);
    element("charts").dataset.begin = `${about.start_year} ${about.months} ${language}`;
  }
  charts.forget();
  forgetReplications();
  story.settings(about, offer);
  await show(0);
  await words();
}

async function show(steps) {
  const frame = await api.frame(present.session, { steps, layer, known: charts.known() });
  maps.paint(frame);
  charts.add(frame);
  month = frame.month;
  painted += 1;
  document.body.dataset.painted = painted;
  document.body.dataset.month = month;
  if (!playing || painted % 3 === 0) charts.refresh();
  if (!playing) maps.describe(text(present.layer().label), today());
  element("date").value = say("date", { date: today(), month, months: about.months });
  element("progress").value = month / about.months;
  if (month >= about.months) pause();
}

const today = () => date(about.start_year + Math.floor(Math.max(month - 1, 0) / 12), (Math.max(month - 1, 0) % 12) + 1);

async function words() {
  told = performance.now();
  story.tell(await api.words(present.session, language));
  const { command, compare, python } = await api.command(present.session);
  element("command").textContent = command;
  element("compare").textContent = compare;
  element("python").textContent = python;
  settings.write({ language, layer, month });
}

function play() {
  if (month >= about.months) return next(() => open(0)).then(play);
  playing = true;
  label();
  let due = performance.now();
  const turn = async () => {
    if (!playing) return;
    const speed = Number(element("speed").value);
    await next(() => show(1));
    if (playing && performance.now() - told > WORDS) await next(words);
    due = Math.max(due + (speed ? 1000 / speed : 0), performance.now() - 50);
    const wait = due - performance.now();
    if (wait > 20) setTimeout(() => requestAnimationFrame(turn), wait - 10);
    else requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
}

function pause() {
  if (!playing) return;
  playing = false;
  label();
  charts.refresh();
  next(words);
}

function label() {
  element("play").textContent = say(playing ? "pause" : "play");
  element("play").setAttribute("aria-pressed", playing);
}

let waiting = null;
let dirty = false;
function changed() {
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    next(async () => {
      if (!dirty) return;
      dirty = false;
      await open();
    });
  }, SETTLE);
}

function layout() {
  controls.fillChoices(offer, settings.chosen);
  controls.lay(offer, changed);
  element("layer").replaceChildren(...offer.layers.map((one) => new Option(text(one.label), one.name, false, one.name === layer)));
  const speed = element("speed").value || "12";
  element("speed").replaceChildren(
    ...SPEEDS.map((s) => new Option(s ? say("months_a_second", { n: s }) : say("fastest"), s, false, String(s) === speed)));
  story.layTabs();
  label();
  element("language").textContent = language === "en" ? "Français" : "English";
  element("language").lang = language === "en" ? "fr" : "en";
  element("footer").textContent = say("footer", { version: offer.package_version, model: offer.model_version });
  document.title = `Essaim – ${say("title")}`;
  layerWords();
}

function layerWords() {
  const one = present.layer();
  element("layer-help").textContent =
    `${text(one.definition)} ${say("known_as", { evidence: text(offer.evidence[one.evidence]), source: one.source })}`;
  if (about) maps.legend({ ...one, is_share: ["vacancy", "participation", "trust"].includes(one.name) }, about.scales[layer]);
}

// Replications ------------------------------------------------------------------------------------

let looking = null;
function forgetReplications() {
  clearTimeout(looking);
  charts.setBands({});
  element("verdicts").replaceChildren();
  element("replications").hidden = element("cancel").hidden = true;
  element("replicate").hidden = false;
  element("replications-text").value = say("replicate_help", { n: offer.limits.replications });
  element("report").disabled = true;
}

async function look() {
  const found = await api.replications(present.session, language);
  element("replications").value = found.total ? found.done / found.total : 0;
  element("replications-text").value = say("replicating", { done: found.done, total: found.total || "…" });
  if (found.running) {
    looking = setTimeout(() => next(look), LOOK);
    return;
  }
  element("replications").hidden = element("cancel").hidden = true;
  element("replicate").hidden = false;
  if (found.error) throw new Error(found.error);
  if (!found.bands) return;
  element("replications-text").value = say("replicated");
  charts.setBands(found.bands);
  element("verdicts").replaceChildren(
    ...found.verdicts.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  element("report").disabled = false;
}

// Exports -----------------------------------------------------------------------------------------

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The three maps side by side with their captions, as one picture.
function picture() {
  const sides = ["without", "with", "difference"];
  const size = 400;
  const canvas = Object.assign(document.createElement("canvas"), { width: 3 * size + 40, height: size + 70 });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#222";
  context.font = "16px sans-serif";
  sides.forEach((side, k) => {
    const map = element(`map-${side}`);
    const scale = size / Math.max(map.width, map.height);
    context.drawImage(map, 10 + k * (size + 10), 36, map.width * scale, map.height * scale);
    context.fillText(say(side), 10 + k * (size + 10), 26);
  });
  context.fillText(`${text(present.layer().label)}, ${today()} – Essaim`, 10, size + 58);
  canvas.toBlob((blob) => save(blob, `essaim-${layer}-${month}.png`));
}

// Begin -------------------------------------------------------------------------------------------

function listen() {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  on("controls", "submit", (event) => {
    event.preventDefault();
    pause();
    settings.chosen.seed = Math.max(0, Math.round(Number(element("seed").value) || 0));
    next(() => open(0));
  });
  on("seed", "change", () => {
    settings.chosen.seed = Math.max(0, Math.round(Number(element("seed").value) || 0));
    changed();
  });
  on("defaults", "click", () => {
    settings.chosen.settings = {};
    layout();
    changed();
  });
  for (const name of ["scenario", "intervention"]) {
    on(name, "change", () => {
      settings.chosen[name] = element(name).value || null;
      settings.forgetForeign(offer);
      layout();
      changed();
    });
  }
  on("find", "input", () => controls.find(element("find").value));
  on("play", "click", () => (playing ? pause() : play()));
  on("step", "click", () => next(async () => { await show(1); await words(); }));
  on("layer", "change", () => {
    layer = element("layer").value;
    layerWords();
    next(async () => { await show(0); settings.write({ language, layer, month }); });
  });
  on("language", "click", () => {
    speak(language === "en" ? "fr" : "en");
    layout();
    element("charts").dataset.begin = `${about.start_year} ${about.months} ${language}`;
    charts.build(offer.charts, offer.headlines, about.start_year, about.months);
    story.settings(about, offer);
    maps.describe(text(present.layer().label), today());
    element("date").value = say("date", { date: today(), month, months: about.months });
    element("cell").textContent = "";
    if (element("replications").hidden && element("report").disabled) {
      element("replications-text").value = say("replicate_help", { n: offer.limits.replications });
    }
    next(words);
    if (!element("report").disabled) next(look);
  });
  on("theme", "click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    charts.build(offer.charts, offer.headlines, about.start_year, about.months);
  });
  on("replicate", "click", () => next(async () => {
    await api.replicate(present.session);
    element("replicate").hidden = true;
    element("replications").hidden = element("cancel").hidden = false;
    await look();
  }));
  on("cancel", "click", () => next(async () => {
    await api.cancel(present.session);
    forgetReplications();
  }));
  on("link", "click", async () => {
    settings.write({ language, layer, month });
    await navigator.clipboard?.writeText(location.href).catch(() => {});
    element("status").textContent = say("copied");
  });
  on("csv", "click", () => next(async () => save(await api.file(present.session, "export.csv"), "essaim.csv")));
  on("report", "click", () => next(async () => save(await api.file(present.session, `report.html?lang=${language}`), "report.html")));
  on("png", "click", picture);
  on("more-box", "toggle", charts.resize);
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || /INPUT|SELECT|BUTTON|SUMMARY|TEXTAREA/.test(event.target.tagName)) return;
    event.preventDefault();
    if (playing) pause();
    else play();
  });
  addEventListener("resize", charts.resize);
  addEventListener("pagehide", () => present.session && api.end(present.session));
}

async function start() {
  offer = await api.options();
  learn(offer.words);
  const given = settings.read(offer);
  if (offer.layers.some((one) => one.name === given.layer)) layer = given.layer;
  speak(given.lang ?? (navigator.language.startsWith("fr") ? "fr" : "en"));
  layout();
  listen();
  maps.readCells(present);
  await next(() => open(Math.max(0, Math.round(given.month))));
  layerWords();
  document.body.dataset.ready = "true";
}

start().catch(complain);
