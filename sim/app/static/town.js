// The living town: two territories on one canvas, with a swipe between them.

import * as api from "./api.js";
import * as ground from "./ground.js";
import * as maps from "./maps.js";
import * as marks from "./marks.js";
import * as scene from "./scene.js";
import { language, number, say } from "./language.js";
import * as site from "./site.js";
import * as view from "./view.js";

const element = (id) => document.getElementById(id);
const canvas = element("town");
const context = canvas.getContext("2d", { alpha: false });
const LARGEST = 1000; // pixels of a side: more would cost frames and show nothing more
const NEAR = 12; // pixels between a click and what is meant
const FASTEST = 24; // months a second at which anybody could still follow a move
const LONGEST = 600; // ms of a move between two months
const PALE = 0.6; // how far the paper covers neighbours, whom no figure counts

let present;
let shown = null; // the frame and the town of the month
let scenes = []; // [side]: what stands where
let stills = []; // [side]: a canvas with all that does not move
let middle = [0, 0]; // cell around which an enlarged part lies
let began = 0;
let duration = 0;
let turning = false;
let selected = null; // { kind, id, side }
let last = 0;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const size = () => Math.max(4, Math.min(14, Math.round(view.part().scale * 0.33)));
const percentage = () => Number(element("swipe").value) / 100;
const isDifference = () => element("show-difference").checked;

// Shows a month; what moved since the month before moves on the canvas, if it is the next one.
export function show(frame, town) {
  maps.paint(frame);
  const isNext = shown && town.month === shown.town.month + 1 && frame.columns === shown.frame.columns;
  if (!shown || shown.frame.rows !== frame.rows || shown.frame.columns !== frame.columns) {
    middle = busiest(town.sides[0].shops, frame);
    selected = null;
  }
  const now = performance.now();
  const speed = Number(element("speed").value); // 0: as fast as it goes
  duration = isNext && !calm.matches && speed && speed <= FASTEST ? Math.min(LONGEST, now - last) : 0;
  last = now;
  shown = { frame, town };
  lay(isNext ? scenes : []);
  began = now;
  if (!turning) turn(now);
}

// The cell around which most shops lie.
function busiest({ n, row, column }, { rows, columns }) {
  if (!n) return [rows / 2, columns / 2];
  const median = (values) => Float64Array.from(values).sort()[Math.floor(n / 2)];
  return [median(row), median(column)];
}

// Lays out the month anew, for a new month, size or part of the grid, or other colours.
function lay(before) {
  const { frame, town } = shown;
  const width = Math.min(LARGEST, Math.round(canvas.clientWidth * devicePixelRatio) || 600);
  const height = Math.round((width * frame.rows) / frame.columns);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.style.aspectRatio = `${frame.columns} / ${frame.rows}`;
  const zoom = Math.min(Number(element("zoom").value), frame.columns / 4);
  view.fit(canvas, frame, zoom, (zoom > 1 && maps.chosen()) || middle);
  marks.make(size());
  scenes = town.sides.map((side, k) => {
    const one = scene.lay(side, size());
    scene.follow(one, before[k]);
    return one;
  });
  stills = scenes.map((one, k) => still(one, k, stills[k]));
}

function still({ still: stay }, side, old = document.createElement("canvas")) {
  if (old.width !== canvas.width || old.height !== canvas.height) Object.assign(old, { width: canvas.width, height: canvas.height });
  const to = old.getContext("2d", { alpha: false });
  const paper = (to.fillStyle = getComputedStyle(canvas).backgroundColor);
  to.fillRect(0, 0, old.width, old.height);
  const place = ground.paint(canvas);
  if (place) to.drawImage(place.beneath, 0, 0);
  to.imageSmoothingEnabled = false;
  const { top, left, rows, columns } = view.part();
  to.drawImage(maps.ground(isDifference() ? 2 : side), left, top, columns, rows, 0, 0, old.width, old.height);
  if (place) to.drawImage(place.streets, 0, 0);
  for (const one of stay) if (isSeen(one)) marks.stamp(to, one.mark, one.x, one.y);
  const neighbours = ground.pale(paper);
  if (neighbours) {
    to.globalAlpha = PALE;
    to.drawImage(neighbours, left, top, columns, rows, 0, 0, old.width, old.height);
    to.globalAlpha = 1;
  }
  for (const one of scenes[side].moving) if (!isMoving(one) && isSeen(one)) marks.stamp(to, one.mark, one.x, one.y);
  ground.label(to, paper, marks.ink);
  return old;
}

const isMoving = (one) => one.fromX !== one.x || one.fromY !== one.y;
const isSeen = ({ x, y }) => x > -30 && y > -30 && x < canvas.width + 30 && y < canvas.height + 30;

function turn(now) {
  const progress = duration ? Math.min(1, (now - began) / duration) : 1;
  draw(Math.max(0, progress));
  document.body.dataset.drawn = Number(document.body.dataset.drawn ?? 0) + 1;
  turning = progress < 1;
  document.body.dataset.still = !turning;
  if (turning) requestAnimationFrame(turn);
}

function draw(progress, border = Math.round(canvas.width * percentage())) {
  side(0, 0, border, progress);
  side(1, border, canvas.width, progress);
  context.fillStyle = marks.ink;
  if (border > 0 && border < canvas.width) context.fillRect(border - 1, 0, 3, canvas.height);
  const cell = maps.chosen();
  if (cell) frameCell(cell);
  for (const at of site.chosen()) frameCell(at, getComputedStyle(document.documentElement).getPropertyValue("--warn"), 3);
}

function side(k, from, to, progress) {
  if (to <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, canvas.height);
  context.clip();
  context.drawImage(stills[k], 0, 0);
  const eased = progress * progress * (3 - 2 * progress);
  const at = (one) => [one.fromX + (one.x - one.fromX) * eased, one.fromY + (one.y - one.fromY) * eased];
  for (const one of scenes[k].moving) if (isMoving(one)) marks.stamp(context, one.mark, ...at(one));
  if (progress < 1) for (const one of scenes[k].leaving) marks.stamp(context, one.mark, ...at(one));
  const mine = selected && find(k);
  if (mine) ring(...("fromX" in mine ? at(mine) : [mine.x, mine.y]));
  context.restore();
}

const find = (k) => [...scenes[k].moving, ...scenes[k].still].find((one) => one.kind === selected.kind && one.id === selected.id);

function ring(x, y) {
  Object.assign(context, { strokeStyle: getComputedStyle(document.documentElement).getPropertyValue("--warn"), lineWidth: 3 });
  context.beginPath();
  context.arc(x, y, 1.4 * size() + 3, 0, 7);
  context.stroke();
}

function frameCell([row, column], strokeStyle = marks.ink, lineWidth = 1.5) {
  Object.assign(context, { strokeStyle, lineWidth });
  const { scale } = view.part();
  context.strokeRect(view.x(column), view.y(row), scale, scale);
}

export function redraw() {
  if (!shown) return;
  duration = 0;
  element("legend-of-layer").hidden = isDifference();
  element("legend-of-difference").hidden = !isDifference();
  lay([]);
  turn(performance.now());
}

// What the words of the page say about the canvas.
export function describe(label, month) {
  canvas.setAttribute("aria-label", say("map_label", { layer: label, date: month }));
  if (!shown) return;
  marks.make(9);
  marks.key(element("marks"));
  marks.make(size());
  const { everyShop, everyYoung } = shown.town;
  element("sample").textContent = [
    say("sample", { n: everyYoung > 1 ? say("one_in", { n: number(everyYoung) }) : say("all_of_them") }),
    ...(everyShop > 1 ? [say("sample_shops", { n: say("one_in", { n: number(everyShop) }) })] : []),
  ].join(" ");
}

// Asks for the biography of what is selected.
export async function reread() {
  const box = element("life");
  if (!selected) {
    box.replaceChildren(Object.assign(document.createElement("p"), { className: "help", textContent: say("life_help") }));
    return;
  }
  try {
    const told = await api.life(present.session, { kind: selected.kind, row: selected.id, side: selected.side ? "with" : "without" }, language);
    const line = (sentence) => Object.assign(document.createElement("li"), { textContent: sentence });
    const list = Object.assign(document.createElement("ul"), { className: "sentences" });
    list.append(...told.sentences.map(line));
    box.replaceChildren(Object.assign(document.createElement("h3"), { textContent: told.title }), list);
  } catch {
    box.replaceChildren(); // the session has changed
  }
}

function select(one, k) {
  selected = one && { kind: one.kind, id: one.id, side: k };
  if (!turning) draw(1);
  reread();
}

// The side that lies under a point, and all that can be selected there.
const sideAt = (x) => (x < canvas.width * percentage() ? 0 : 1);
const everything = (k) => [...scenes[k].moving, ...scenes[k].still.toReversed()];

export function listen(given) {
  present = given;
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale, scale];
  };
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = point(event);
    maps.choose(...view.cellAt(x, y), present);
    if (!turning && shown) draw(1);
  });
  canvas.addEventListener("click", (event) => {
    if (!shown) return;
    const [x, y, scale] = point(event);
    if (site.isPlacing()) {
      maps.choose(...view.cellAt(x, y), present);
      return site.place(...maps.chosen());
    }
    const far = (one) => Math.hypot(one.x - x, one.y - y);
    const near = everything(sideAt(x)).filter((one) => far(one) < NEAR * scale);
    select(near.reduce((best, one) => (best && far(best) <= far(one) ? best : one), null), sideAt(x));
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!shown || (!move && event.key !== "Enter")) return;
    event.preventDefault();
    const [row, column] = maps.chosen() ?? middle;
    maps.choose(row + (move?.[0] ?? 0), column + (move?.[1] ?? 0), present);
    if (move) return Number(element("zoom").value) > 1 ? redraw() : turning || draw(1);
    if (site.isPlacing()) return site.place(row, column);
    // One after the other of all that is in the cell.
    const k = sideAt(view.x(column + 0.5));
    const here = everything(k).filter(({ cell }) => cell[0] === row && cell[1] === column);
    const before = here.findIndex((one) => selected && one.kind === selected.kind && one.id === selected.id);
    select(here[before + 1] ?? here[0] ?? null, k);
  });
  element("swipe").addEventListener("input", () => shown && !turning && draw(1));
  for (const id of ["zoom", "show-difference"]) element(id).addEventListener("change", redraw);
  addEventListener("resize", redraw);
}

// Both territories side by side with the legend of the ground, as one picture.
export function picture(lines) {
  const [gap, foot] = [16, 134];
  const page = Object.assign(document.createElement("canvas"), { width: 2 * canvas.width + 3 * gap, height: canvas.height + 44 + foot });
  const to = page.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  to.fillStyle = style.getPropertyValue("--paper");
  to.fillRect(0, 0, page.width, page.height);
  Object.assign(to, { fillStyle: style.getPropertyValue("--ink"), font: "16px sans-serif" });
  ["without", "with"].forEach((words, k) => {
    const left = gap + k * (canvas.width + gap);
    draw(1, k ? 0 : canvas.width);
    to.fillText(say(words), left, 26);
    to.drawImage(canvas, left, 36);
  });
  draw(1);
  const kind = isDifference() ? ["difference", "less", "more"] : ["layer", "low", "high"];
  to.drawImage(element(`legend-${kind[0]}`), gap, canvas.height + 50, canvas.width, 12);
  to.fillText(element(`legend-${kind[1]}`).textContent, gap, canvas.height + 80);
  to.textAlign = "right";
  to.fillText(element(`legend-${kind[2]}`).textContent, gap + canvas.width, canvas.height + 80);
  to.textAlign = "left";
  lines.forEach((line, k) => to.fillText(line, gap, canvas.height + 110 + 24 * k));
  return new Promise((done) => page.toBlob(done));
}
