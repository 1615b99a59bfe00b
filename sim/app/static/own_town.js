// A town of the visitor's own: files go to the server, their balance sheet comes back, and the town is there.

import * as api from "./api.js";
import { say, text } from "./language.js";
import { chosen } from "./settings.js";
import * as site from "./site.js";

const element = (id) => document.getElementById(id);
const make = (tag, content, className = "") =>
  Object.assign(document.createElement(tag), { textContent: content, className });

let offer;
let use; // shows a territory
let found = null; // the town whose sheet is shown
let before = chosen.scenario; // the territory shown before the town
let last = []; // the files last read, for another reading of them
let told = null; // the key of a sentence, or the server's own
let mine = []; // towns that these files have made; the last one is in use, of the others there may be links
let isReading = false;
let isOutdated = false; // something was said of the files since their reading began

const COLUMNS = ["ind", "ind_snv", "depcom", "shop", "lon", "lat"];
const several = (separators) => (typed) => typed.split(separators).map((one) => one.trim()).filter(Boolean);
const FIELDS = {
  communes: several(/[\s,;]+/), around: String, radius: Number, buffer: Number, centres: several(/;/),
  vacancy: (typed) => Number(typed) / 100, year: Number, layer: String, population_source: String, shops_source: String,
};

// Adds the town of an address, if the server still keeps it.
export async function remember(known) {
  const name = new URLSearchParams(location.hash.slice(1)).get("scenario");
  if (!name || known.scenarios.some((one) => one.name === name) || !/^[\w-]{24}$/.test(name)) return;
  await api.ownTown(name).then(({ scenario }) => known.scenarios.push(scenario), () => (told = { key: "own_gone" }));
}

export function listen(known, show) {
  [offer, use] = [known, show];
  const choose = element("own-files");
  choose.addEventListener("change", () => choose.files.length && send([...choose.files]));
  element("own-more").addEventListener("change", () => last.length && send(last));
  element("own-point").addEventListener("click", point);
  element("own-use").addEventListener("click", accept);
  element("own-discard").addEventListener("click", discard);
  element("own-keep").addEventListener("click", () => keep(found.scenario.name));
  // Files dropped anywhere on the page are meant for this; elsewhere the browser would open them.
  addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    element("own-town").open = true;
    send([...event.dataTransfer.files]);
  });
  if (told) element("own-town").open = true;
}

// What the visitor knows of the files.
function said() {
  const typed = (id) => element(`own-${id}`).value.trim();
  const filled = (names, id) => names.filter((name) => typed(id(name)));
  const columns = filled(COLUMNS, (name) => `column-${name}`).map((name) => [name, typed(`column-${name}`)]);
  return {
    name: typed("name") || say("own_name_default"),
    ...Object.fromEntries(filled(Object.keys(FIELDS), (name) => name).map((name) => [name, FIELDS[name](typed(name))])),
    ...(columns.length && { columns: Object.fromEntries(columns) }),
  };
}

async function send(files) {
  if (files !== last) mine = [];
  last = files;
  isOutdated = true;
  if (isReading) return;
  isReading = true;
  while (isOutdated) {
    isOutdated = false;
    await read();
  }
  isReading = false;
  if (found) element("own-use").focus();
}

async function read() {
  forget();
  sheet();
  const uses = new Map(["kinds", "vacancy_file"].flatMap((use) => [...element(`own-${use}`).files].map((file) => [file, use])));
  const files = [...last, ...uses.keys()];
  const largest = offer.limits.upload_bytes;
  const [size, most] = [files.reduce((sum, { size: one }) => sum + one, 0), offer.limits.upload_files];
  if (size > largest || files.length > most) {
    tell({ key: "own_too_much", values: { megabytes: Math.floor(largest / 2 ** 20), files: most } });
    return;
  }
  tell({ key: "own_reading" });
  element("own-files").disabled = true;
  try {
    found = await api.sendTown(said(), files, uses);
    tell({ key: "own_read" });
  } catch (error) {
    tell(error.status === 0 ? { key: "own_broken" } : { sentence: error.message });
  } finally {
    element("own-files").disabled = false;
    element("own-files").value = ""; // the same files may be chosen again
  }
  sheet();
}

function tell(what) {
  told = what;
  element("own-status").textContent = what ? (what.key ? say(what.key, what.values) : what.sentence) : "";
}

// Everything that depends on the language.
export function speak() {
  tell(told);
  element("own-name").placeholder = say("own_name_default");
  sheet();
}

function sheet() {
  element("own-sheet").hidden = !found;
  element("own-point").hidden = true;
  if (!found) return;
  const files = Object.entries(found.files).map(([what, name]) =>
    make("li", say(`own_${what}`, { file: name ?? say("own_no_file") })));
  element("own-found").replaceChildren(...files);
  const row = (tag, cells) => {
    const made = document.createElement("tr");
    made.append(...cells.map((cell, k) => make(k ? tag : "th", cell)));
    for (const cell of made.querySelectorAll("th")) cell.scope = tag === "th" ? "col" : "row";
    return made;
  };
  const heads = [say("own_figure"), say("own_here"), say("own_usual", { kind: text(found.kind) })];
  element("own-figures").replaceChildren(row("th", heads), ...found.figures.map((one) => row("td", text(one))));
  const remarks = found.remarks.map((one) =>
    make("li", one.is_doubt ? say("own_doubt", { sentence: text(one.text) }) : text(one.text), one.is_doubt ? "doubt" : ""));
  element("own-remarks").replaceChildren(...(remarks.length ? remarks : [make("li", say("own_no_remarks"))]));
  const isDoubtful = found.remarks.some((one) => one.is_doubt);
  element("own-use").textContent = say(isDoubtful ? "own_use_anyway" : "own_use");
  const isUsed = chosen.scenario === found.scenario.name;
  element("own-use").hidden = isUsed;
  element("own-point").hidden = !isUsed || !last.length;
}

// Waits for a cell of the map, the middle of the centre, and reads the same files again.
function point() {
  const { name } = found.scenario;
  site.ask(async (row, column) => {
    element("own-centres").value = (await api.placeOf(name, row, column)).place;
    send(last);
  });
  element("town").scrollIntoView({ block: "center" });
  element("town").focus({ preventScroll: true });
}

function accept() {
  if (!mine.length) before = chosen.scenario;
  offer.scenarios = [...offer.scenarios.filter((one) => !mine.includes(one.name)), found.scenario];
  mine.push(found.scenario.name);
  tell({ key: "own_used" });
  use(found.scenario.name);
  sheet();
  element("own-town").open = false;
  element("scenario").focus();
}

// Forgets a town on the server, too, unless it is in use.
function forget() {
  if (found && chosen.scenario !== found.scenario.name) api.forgetTown(found.scenario.name);
  found = null;
}

function discard() {
  const { name } = found.scenario;
  const names = mine.includes(name) ? mine.splice(0) : [name];
  found = null;
  offer.scenarios = offer.scenarios.filter((one) => !names.includes(one.name));
  if (names.includes(chosen.scenario)) use(before);
  names.forEach(api.forgetTown);
  tell({ key: "own_discarded" });
  sheet();
}

async function keep(name) {
  const link = Object.assign(document.createElement("a"), { href: `/api/towns/${name}/town.zip`, download: "town.zip" });
  link.click();
}
