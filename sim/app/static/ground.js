// Streets, water, squares and names of a real place, drawn once for each part of the grid that is shown.

import * as api from "./api.js";
import * as view from "./view.js";
import { say } from "./language.js";

const FROM = [0, 0, 0, 24, 48]; // pixels of a cell from which names of a rank are written
const SIZES = [15, 13, 12, 12, 11]; // of letters, by rank
const GAP = 4; // pixels between two names

let of = ""; // the territory whose ground it is
let ground = null;
let drawn = ""; // for what the canvases were drawn
const canvases = { beneath: document.createElement("canvas"), streets: document.createElement("canvas") };
let labels = [];
let around = null; // cells of neighbours: the bits, the size of the grid, and a canvas in one colour

// Fetches the ground of a territory, if it has one and another was shown, and credits it.
export async function load(session, about, territory) {
  if (of !== territory) {
    ground = about.ground ? await api.ground(session) : null;
    [of, drawn] = [territory, ""];
  }
  around = about.buffer && { bits: Uint8Array.from(atob(about.buffer), (c) => c.charCodeAt(0)), rows: about.rows, columns: about.columns };
  speak(about);
}

export function speak(about) {
  document.getElementById("ground-credit").textContent = [about.buffer && say("buffer"), credit(about)].filter(Boolean).join(" ");
}

export const credit = ({ ground: told }) =>
  told ? say("ground_credit", { source: told.licence ? `${told.source} (${told.licence})` : told.source }) : "";

// Returns what lies beneath the colours of cells and above them, or null where there is no ground.
export function paint({ width, height }) {
  if (!ground) return null;
  const { top, left, scale } = view.part();
  const style = getComputedStyle(document.documentElement);
  const wanted = [width, height, top, left, scale, style.colorScheme].join();
  if (wanted !== drawn) {
    drawn = wanted;
    const [beneath, streets] = Object.values(canvases).map((canvas) => {
      Object.assign(canvas, { width, height });
      return Object.assign(canvas.getContext("2d"), { lineJoin: "round", lineCap: "round" });
    });
    const colour = (name) => style.getPropertyValue(`--ground-${name.replace("_", "-")}`);
    for (const name of ["green", "square", "water"]) {
      beneath.fillStyle = colour(name);
      beneath.fill(path(name), "evenodd");
    }
    const wide = Math.max(1, Math.min(6, scale / 20));
    const lines = [["river", 1.5 * wide], ["railway", wide], ["street", 0.8 * wide], ["main_street", 1.8 * wide]];
    for (const [name, lineWidth] of lines) {
      Object.assign(streets, { strokeStyle: colour(name), lineWidth });
      streets.setLineDash(name === "railway" ? [3 * wide, 2 * wide] : []);
      streets.stroke(path(name));
    }
    labels = placed(streets, scale);
  }
  return canvases;
}

// Returns the cells of neighbours in the colour of the paper, a pixel for each, or null without any.
export function pale(paper) {
  if (!around) return null;
  const { bits, rows, columns } = around;
  if (around.paper !== paper) {
    around.paper = paper;
    around.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const context = around.canvas.getContext("2d");
    context.fillStyle = paper;
    for (let k = 0; k < rows * columns; k++) {
      if ((bits[k >> 3] >> (7 - (k % 8))) & 1) context.fillRect(k % columns, Math.floor(k / columns), 1, 1);
    }
  }
  return around.canvas;
}

function path(name) {
  const { first, points, unit } = ground;
  const found = new Path2D();
  for (const part of ground.parts.get(name) ?? []) {
    for (let k = first[part]; k < first[part + 1]; k++) {
      const [x, y] = [view.x(points[2 * k] / unit), view.y(points[2 * k + 1] / unit)];
      if (k === first[part]) found.moveTo(x, y);
      else found.lineTo(x, y);
    }
  }
  return found;
}

const font = (rank) => `${rank < 1 ? "600 " : ""}${SIZES[rank]}px system-ui, sans-serif`;

// The names for which there is room, the most important ones first.
function placed(context, scale) {
  const { width, height } = canvases.streets;
  const taken = [];
  for (const [rank, x, y, text] of ground.names) {
    if (scale < FROM[rank]) continue;
    context.font = font(rank);
    const half = context.measureText(text).width / 2 + GAP;
    const tall = SIZES[rank] / 2 + GAP;
    const [px, py] = [view.x(x / ground.unit), view.y(y / ground.unit)];
    const box = [px - half, py - tall, px + half, py + tall];
    if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
    if (taken.some(({ box: b }) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
    taken.push({ box, rank, text, x: px, y: py });
  }
  return taken;
}

// Writes the names, with a rim in the colour of the paper so that they can be read over shops.
export function label(context, paper, ink) {
  if (!ground) return;
  context.save();
  Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: paper, fillStyle: ink });
  for (const { rank, text, x, y } of labels) {
    context.font = font(rank);
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
  context.restore();
}
