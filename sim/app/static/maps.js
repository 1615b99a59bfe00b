// Three maps painted pixel by pixel, with their legends and a cell that can be read.

import { DIFFERENCES, LEVELS } from "./palette.js";
import { number, percent, quantity, say, text } from "./language.js";
import * as api from "./api.js";

const element = (id) => document.getElementById(id);
const CANVASES = ["map-without", "map-with", "map-difference"].map(element);
const TABLES = [LEVELS, LEVELS, DIFFERENCES];

let images = [];
let cursor = null;
let shape = [0, 0];

export function paint({ rows, columns, maps }) {
  if (shape[0] !== rows || shape[1] !== columns) {
    shape = [rows, columns];
    images = CANVASES.map((canvas) => {
      canvas.width = columns;
      canvas.height = rows;
      canvas.style.aspectRatio = `${columns} / ${rows}`;
      return canvas.getContext("2d").createImageData(columns, rows);
    });
  }
  maps.forEach((bytes, k) => {
    const pixels = new Uint32Array(images[k].data.buffer);
    const colours = TABLES[k];
    for (let i = 0; i < bytes.length; i++) pixels[i] = colours[bytes[i]];
    CANVASES[k].getContext("2d").putImageData(images[k], 0, 0);
  });
}

export function legend(layer, [low, high]) {
  const show = (value) => (layer.is_share ? percent(value, 0) : number(value, 0));
  const reach = (high - low) / 4;
  element("legend-low").textContent = show(low);
  element("legend-high").textContent = `${show(high)}${high === 1 && layer.is_share ? "" : say("or_more")}`;
  element("legend-unit").textContent = text(layer.unit);
  const far = layer.is_share ? percent(reach, 0) : number(reach, reach < 10 ? 1 : 0);
  element("legend-less").textContent = `−${far}`;
  element("legend-more").textContent = `+${far}`;
  for (const [id, colours] of [["legend-layer", LEVELS], ["legend-difference", DIFFERENCES]]) {
    const context = element(id).getContext("2d");
    const image = context.createImageData(255, 1);
    new Uint32Array(image.data.buffer).set(colours.subarray(0, 255));
    context.putImageData(image, 0, 0);
  }
}

// What a screen reader says of the maps.
export function describe(label, month) {
  const sides = ["without", "with", "difference"];
  CANVASES.forEach((canvas, k) =>
    canvas.setAttribute("aria-label", say("map_label", { layer: label, side: say(sides[k]), date: month })));
}

// Reads a cell under the pointer, or moved to by arrow keys.
export function readCells(present) {
  const show = async (row, column) => {
    cursor = [Math.max(0, Math.min(shape[0] - 1, row)), Math.max(0, Math.min(shape[1] - 1, column))];
    await read(present);
  };
  for (const canvas of CANVASES) {
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * shape[0]);
      const column = Math.floor(((event.clientX - box.left) / box.width) * shape[1]);
      if (!cursor || cursor[0] !== row || cursor[1] !== column) show(row, column);
    });
    canvas.addEventListener("keydown", (event) => {
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      const [row, column] = cursor ?? [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2)];
      show(row + move[0], column + move[1]);
    });
  }
}

let reading = false;
async function read(present) {
  if (reading) return;
  reading = true;
  let shown = null;
  try {
    while (shown !== cursor) {
      shown = cursor;
      const { layers } = await api.cell(present.session, ...shown);
      const layer = present.layer();
      const [before, after] = layers[layer.name];
      const info = { unit: layer.unit, is_share: layer.is_share };
      const level = (value) => (value === null ? say("nothing") : quantity(value, info));
      element("cell").textContent = say("cell", {
        row: shown[0], column: shown[1], layer: text(layer.label), before: level(before), after: level(after),
      });
    }
  } catch {
    element("cell").textContent = "";
  } finally {
    reading = false;
  }
}
