// The ground of the town: a layer cell by cell, its legends, and the readout of one cell.

import { origin } from "./control.js";
import * as palette from "./palette.js";
import { number, percent, quantity, say, text } from "./language.js";
import * as api from "./api.js";

const element = (id) => document.getElementById(id);
const SIDES = ["without", "with", "difference"];

let colours = {}; // a table of pixels for levels, and one for differences
let pictures = []; // [side]: its canvas, a pixel for each cell, and the bytes on it
let shape = [0, 0];
let cursor = null;
let shown = null; // the frame on them

// The canvas of a side, one pixel for each cell.
export const ground = (side) => pictures[side].canvas;
export const chosen = () => cursor;

// Takes the colours of a layer, for light or dark paper.
export function colour(layer, differences) {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
  colours = { layer: palette.levels(layer, isDark), difference: palette.differences(differences) };
  for (const [name, table] of Object.entries(colours)) {
    const context = element(`legend-${name}`).getContext("2d");
    const image = context.createImageData(255, 1);
    new Uint32Array(image.data.buffer).set(table.subarray(0, 255));
    context.putImageData(image, 0, 0);
  }
  if (shown) paint(shown);
}

export function paint(frame) {
  const { rows, columns, maps } = (shown = frame);
  if (shape[0] !== rows || shape[1] !== columns) fit(rows, columns);
  maps.forEach((bytes, k) => {
    const { context, image, pixels } = pictures[k];
    const table = colours[k < 2 ? "layer" : "difference"];
    for (let i = 0; i < bytes.length; i++) pixels[i] = table[bytes[i]];
    context.putImageData(image, 0, 0);
  });
}

function fit(rows, columns) {
  shape = [rows, columns];
  cursor = null;
  pictures = SIDES.map(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    return { canvas, context, image, pixels: new Uint32Array(image.data.buffer) };
  });
}

// Says what a layer shows, from what source and, of a town, by which scale.
export function tell(layer, offer, scale) {
  element("layer-help").textContent = text(layer.definition);
  element("layer-origin").replaceChildren(origin(layer, offer));
  colour(layer, offer.differences);
  if (scale) legend(layer, scale);
}

function legend(layer, [low, high]) {
  const show = (value, digits) => (layer.is_share ? percent(value, 0) : number(value, digits));
  const whole = layer.is_share && high === 1;
  element("legend-low").textContent = show(low, 0);
  element("legend-high").textContent = `${show(high, 0)}${whole ? "" : say("or_more")}`;
  element("legend-unit").textContent = text(layer.unit);
  const reach = (high - low) / 4;
  const far = layer.is_share ? say("points", { n: number(100 * reach, 0) }) : number(reach, high - low < 40 ? 1 : 0);
  element("legend-less").textContent = `−${far}`;
  element("legend-more").textContent = `+${far}`;
}

// Moves the cell that is read; it stays within the grid.
export function choose(row, column, present) {
  const within = (at, size) => Math.max(0, Math.min(size - 1, at));
  const next = [within(row, shape[0]), within(column, shape[1])];
  if (cursor && cursor[0] === next[0] && cursor[1] === next[1]) return;
  cursor = next;
  reread(present);
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
