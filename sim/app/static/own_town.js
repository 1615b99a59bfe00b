// A town of the visitor's own: files go to the server, their balance sheet comes back, and the town is there.

import * as api from "./api.js";
import { say, text } from "./language.js";
import { chosen } from "./settings.js";

const element = (id) => document.getElementById(id);
const make = (tag, content, className = "") =>
  Object.assign(document.createElement(tag), { textContent: content, className });

let offer;
let use; // shows a territory
let found = null; // the town whose sheet is shown
let before = chosen.scenario; // the territory shown before the town
let last = []; // the files last read, for another reading of them
let told = null; // the key of a sentence, or the server's own

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
  for (const id of ["own-communes", "own-vacancy"]) element(id).addEventListener("change", () => last.length && send(last));
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
  const communes = element("own-communes").value.split(/[\s,;]+/).filter(Boolean);
  const vacancy = element("own-vacancy").valueAsNumber;
  return {
    name: element("own-name").value.trim() || say("own_name_default"),
    ...(communes.length && { communes }),
    ...(!Number.isNaN(vacancy) && { vacancy: vacancy / 100 }),
  };
}

async function send(files) {
  last = files;
  forget();
  const largest = offer.limits.upload_bytes;
  const [size, most] = [files.reduce((sum, { size: one }) => sum + one, 0), offer.limits.upload_files];
  if (size > largest || files.length > most) {
    tell({ key: "own_too_much", values: { megabytes: Math.floor(largest / 2 ** 20), files: most } });
    return;
  }
  tell({ key: "own_reading" });
  element("own-files").disabled = true;
  try {
    found = await api.sendTown(said(), files);
    tell({ key: "own_read" });
  } catch (error) {
    tell(error.status === 0 ? { key: "own_broken" } : { sentence: error.message });
  } finally {
    element("own-files").disabled = false;
    element("own-files").value = ""; // the same files may be chosen again
  }
  sheet();
  if (found) element("own-use").focus();
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
  element("own-use").hidden = chosen.scenario === found.scenario.name;
}

function accept() {
  before = chosen.scenario;
  offer.scenarios.push(found.scenario);
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
  found = null;
  offer.scenarios = offer.scenarios.filter((one) => one.name !== name);
  if (chosen.scenario === name) use(before);
  api.forgetTown(name);
  tell({ key: "own_discarded" });
  sheet();
}

async function keep(name) {
  const link = Object.assign(document.createElement("a"), { href: `/api/towns/${name}/town.zip`, download: "town.zip" });
  link.click();
}
