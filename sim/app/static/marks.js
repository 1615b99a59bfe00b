// What shops, places, offices, projects and people look like, drawn once and then stamped.

import { PLACE, SECTORS, STAGES } from "./palette.js";
import { say } from "./language.js";

const MARKS = ["shop_0", "shop_1", "shop_2", "vacant", "place", "office", "idea", "incubating", "running", "young", "active", "holder"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export let ink = "#000";
let stamps = {};
let made = ""; // size and paper of the stamps

// Draws all marks for a size of a shop in pixels, in the colours of light or dark.
export function make(size) {
  const paper = colour("--paper");
  if (made === `${size} ${paper}`) return;
  made = `${size} ${paper}`;
  ink = colour("--ink");
  const line = size / 7;
  const isSmall = size < 6; // an outline would hide the colour
  const drawn = (width, draw) => {
    const side = Math.ceil(width + 2 * line + 2);
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const context = canvas.getContext("2d");
    context.translate(side / 2, side / 2);
    Object.assign(context, { strokeStyle: ink, lineWidth: line, lineJoin: "round" });
    draw(context, width / 2);
    return canvas;
  };
  const square = (fill, stroke = ink) => drawn(size, (context, r) => {
    Object.assign(context, { fillStyle: fill, strokeStyle: stroke });
    context.fillRect(-r, -r, 2 * r, 2 * r);
    if (!isSmall || fill === paper) context.strokeRect(-r, -r, 2 * r, 2 * r);
  });
  const round = (fill, width, stroke = ink) => drawn(width, (context, r) => {
    Object.assign(context, { fillStyle: fill, strokeStyle: stroke });
    context.beginPath();
    context.arc(0, 0, r, 0, 7);
    context.fill();
    if (stroke && (!isSmall || stroke === paper)) context.stroke();
  });
  const house = drawn(Math.max(16, 2.6 * size), (context, r) => {
    context.fillStyle = PLACE;
    context.strokeStyle = paper;
    context.lineWidth = 1.5 * line;
    context.beginPath();
    for (const [x, y] of [[0, -r], [r, -0.1 * r], [0.7 * r, -0.1 * r], [0.7 * r, r], [-0.7 * r, r], [-0.7 * r, -0.1 * r], [-r, -0.1 * r]]) context.lineTo(x, y);
    context.closePath();
    context.fill();
    context.stroke();
  });
  const columns = drawn(Math.max(14, 2.4 * size), (context, r) => {
    context.fillStyle = ink;
    context.strokeStyle = paper;
    context.strokeRect(-r, -r, 2 * r, 2 * r);
    context.fillRect(-r, -r, 2 * r, 2 * r);
    context.fillStyle = paper;
    for (const x of [-0.6, -0.1, 0.4]) context.fillRect(x * r, -0.5 * r, 0.25 * r, 1.1 * r);
  });
  const dot = Math.max(1.5, size / 3);
  stamps = {
    shop_0: square(SECTORS[0]), shop_1: square(SECTORS[1]), shop_2: square(SECTORS[2]), vacant: square(paper),
    place: house, office: columns,
    idea: round(STAGES[1], 0.9 * size), incubating: round(STAGES[3], 0.9 * size), running: round(STAGES[4], 0.9 * size),
    ended: round(STAGES[5], 0.9 * size),
    // Where dots are a few pixels, nobody sees that they are squares, which are drawn faster.
    young: dot < 3 ? { fill: colour("--soft"), side: dot } : round(colour("--soft"), dot, ""),
    active: dot < 3 ? { fill: colour("--accent"), side: 1.6 * dot } : round(colour("--accent"), 1.6 * dot, ""),
    holder: round("#009e73", 1.8 * dot, paper), visitor: round(colour("--accent"), 1.8 * dot, paper),
  };
}

export const ofShop = (state, sector) => (state === 0 ? "vacant" : state === 2 ? null : `shop_${sector}`);
export const ofStage = (stage) => ["", "idea", "idea", "incubating", "running", "ended"][stage];

export function stamp(context, mark, x, y) {
  const one = stamps[mark];
  if (one.fill) {
    context.fillStyle = one.fill;
    context.fillRect(x - one.side / 2, y - one.side / 2, one.side, one.side);
    return;
  }
  context.drawImage(one, Math.round(x - one.width / 2), Math.round(y - one.height / 2));
}

// The key of the marks, in words.
export function key(list) {
  list.replaceChildren(...MARKS.map((mark) => {
    const item = document.createElement("li");
    const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 24, className: "mark" });
    canvas.setAttribute("aria-hidden", "true");
    stamp(canvas.getContext("2d"), mark, 12, 12);
    item.append(canvas, say(`mark_${mark}`));
    return item;
  }));
}
