// Three maps painted pixel by pixel, with their legends and a readout of one cell.

import { DIFFERENCES, LEVELS } from "./palette.js";
import { number, percent, quantity, say, text } from "./language.js";
import * as api from "./api.js";

const element = (id) => document.getElementById(id);
const SIDES = ["without", "with", "difference"];
const CANVASES = SIDES.map((side) => element(`map-${side}`));
const TABLES = [LEVELS, LEVELS, DIFFERENCES];

let pictures = []; // [map]: its context, image, and pixels of the image as whole numbers
let shape = [0, 0];
let cursor = null;

export function paint({ rows, columns, maps }) {
  if (shape[0] !== rows || shape[1] !== columns) fit(rows, columns);
  maps.forEach((bytes, k) => {
    const { context, image, pixels } = pictures[k];
    const colours = TABLES[k];
    for (let i = 0; i < bytes.length; i++) pixels[i] = colours[bytes[i]];
    context.putImageData(image, 0, 0);
  });
}

function fit(rows, columns) {
  shape = [rows, columns];
  cursor = null;
  pictures = CANVASES.map((canvas) => {
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.aspectRatio = `${columns} / ${rows}`;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    return { context, image, pixels: new Uint32Array(image.data.buffer) };
  });
}

export function legend(layer, [low, high]) {
  const show = (value, digits) => (layer.is_share ? percent(value, 0) : number(value, digits));
  const whole = layer.is_share && high === 1;
  element("legend-low").textContent = show(low, 0);
  element("legend-high").textContent = `${show(high, 0)}${whole ? "" : say("or_more")}`;
  element("legend-unit").textContent = text(layer.unit);
  const reach = (high - low) / 4;
  const far = layer.is_share ? say("points", { n: number(100 * reach, 0) }) : number(reach, high - low < 40 ? 1 : 0);
  element("legend-less").textContent = `−${far}`;
  element("legend-more").textContent = `+${far}`;
  for (const [id, colours] of [["legend-layer", LEVELS], ["legend-difference", DIFFERENCES]]) {
    const context = element(id).getContext("2d");
    const image = context.createImageData(255, 1);
    new Uint32Array(image.data.buffer).set(colours.subarray(0, 255));
    context.putImageData(image, 0, 0);
  }
}

// The description of the maps for screen readers.
export function describe(label, month) {
  CANVASES.forEach((canvas, k) =>
    canvas.setAttribute("aria-label", say("map_label", { layer: label, side: say(SIDES[k]), date: month })));
}

// Reads the cell under the pointer or reached by arrow keys.
export function readCells(present) {
  const show = (row, column) => {
    const within = (at, size) => Math.max(0, Math.min(size - 1, at));
    cursor = [within(row, shape[0]), within(column, shape[1])];
    reread(present);
  };
  for (const canvas of CANVASES) {
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * shape[0]);
      const column = Math.floor(((event.clientX - box.left) / box.width) * shape[1]);
      if (!cursor || cursor[0] !== row || cursor[1] !== column) show(row, column);
    });
    canvas.addEventListener("keydown", (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) return;
      event.preventDefault();
      const [row, column] = cursor ?? [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2)];
      show(row + move[0], column + move[1]);
    });
  }
}

// Requests one cell at a time; only the last position waits for its turn.
let reading = false;
export async function reread(present) {
  if (!cursor) element("cell").textContent = say("cell_help");
  if (!cursor || reading) return;
  reading = true;
  try {
    for (let shown = null; shown !== cursor;) {
      shown = cursor;
      const { layers } = await api.cell(present.session, ...shown);
      const layer = present.layer();
      const [before, after] = layers[layer.name].map((value) => (value === null ? say("nothing") : quantity(value, layer)));
      element("cell").textContent = say("cell", { row: shown[0] + 1, column: shown[1] + 1, layer: text(layer.label), before, after });
    }
  } catch {
    element("cell").textContent = ""; // the session has changed
  } finally {
    reading = false;
  }
}

// The three maps side by side with captions and legends, as one picture.
export function picture(title) {
  const [size, gap] = [400, 16];
  const canvas = Object.assign(document.createElement("canvas"), { width: 3 * size + 4 * gap, height: size + 140 });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#222";
  context.font = "16px sans-serif";
  context.imageSmoothingEnabled = false;
  SIDES.forEach((side, k) => {
    const left = gap + k * (size + gap);
    const scale = size / Math.max(...shape);
    context.fillText(say(side), left, 26);
    context.drawImage(CANVASES[k], left, 36, shape[1] * scale, shape[0] * scale);
  });
  const bar = (id, ends, left, width) => {
    context.drawImage(element(id), left, size + 52, width, 12);
    context.fillText(ends[0], left, size + 82);
    context.textAlign = "right";
    context.fillText(ends[1], left + width, size + 82);
    context.textAlign = "left";
  };
  const words = (...ids) => ids.map((id) => element(id).textContent);
  bar("legend-layer", words("legend-low", "legend-high"), gap, 2 * size + gap);
  bar("legend-difference", words("legend-less", "legend-more"), 2 * (size + gap) + gap, size);
  context.fillText(title, gap, size + 118);
  return new Promise((done) => canvas.toBlob(done));
}
