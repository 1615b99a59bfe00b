// What stands where in a month: marks that stay, and marks that move from where they were.

import * as marks from "./marks.js";
import * as view from "./view.js";

const QUEUE_LONGEST = 40;

// Lays out one territory of a month; `size` is that of a shop in pixels.
export function lay(town, size) {
  const still = [];
  const moving = [];
  const key = (group, id) => `${group}:${id}`;
  const add = (list, group, k, mark, [x, y]) =>
    list.push({ kind: group, id: town[group].id[k], cell: [town[group].row[k], town[group].column[k]], key: key(group, town[group].id[k]), mark, x, y });
  const cellOf = ({ row, column }, k) => 65536 * row[k] + column[k];

  const { young, shops, places, offices, projects, visitors } = town;
  for (let k = 0; k < young.n; k++) {
    add(still, "young", k, young.state[k] ? "active" : "young", view.home(young.row[k], young.column[k], young.id[k]));
  }
  const number = new Map();
  for (let k = 0; k < shops.n; k++) number.set(cellOf(shops, k), (number.get(cellOf(shops, k)) ?? 0) + 1);
  const rank = new Map();
  for (let k = 0; k < shops.n; k++) {
    const cell = cellOf(shops, k);
    const mine = rank.get(cell) ?? 0;
    rank.set(cell, mine + 1);
    const mark = marks.ofShop(shops.state[k], shops.detail[k]);
    if (mark) add(still, "shops", k, mark, view.inRows(shops.row[k], shops.column[k], mine, number.get(cell)));
  }
  // Where several places, or a place and an office, share a cell, they stand side by side.
  const taken = new Map();
  const free = (row, column) => {
    const cell = 65536 * row + column;
    const before = taken.get(cell) ?? 0;
    taken.set(cell, before + 1);
    return [view.x(column + 0.5) + 3 * size * before, view.y(row + 0.5)];
  };
  const spots = { places: [], offices: new Map() };
  for (let k = 0; k < offices.n; k++) {
    const spot = free(offices.row[k], offices.column[k]);
    spots.offices.set(cellOf(offices, k), spot);
    add(still, "offices", k, "office", spot);
  }
  for (let k = 0; k < places.n; k++) {
    if (!places.state[k]) continue;
    spots.places[k] = free(places.row[k], places.column[k]);
    add(still, "places", k, "place", spots.places[k]);
  }
  const examined = new Map();
  for (let k = 0; k < projects.n; k++) {
    let spot = view.home(projects.row[k], projects.column[k], projects.id[k]);
    const office = projects.state[k] === 2 ? spots.offices.get(cellOf(projects, k)) : null;
    if (office && projects.detail[k]) {
      const waiting = Math.min(QUEUE_LONGEST, projects.detail[k]);
      spot = [office[0] + size * (1.3 + waiting), office[1] + 2 * size];
    } else if (office) {
      const inside = examined.get(office) ?? 0;
      examined.set(office, inside + 1);
      spot = view.around(office, inside, 0.9 * size);
    }
    add(moving, "projects", k, marks.ofStage(projects.state[k]), spot);
  }
  const met = [];
  for (let k = 0; k < visitors.n; k++) {
    const place = visitors.detail[k] - 1;
    const home = view.home(visitors.row[k], visitors.column[k], visitors.id[k]);
    const spot = spots.places[place] ? view.around(spots.places[place], (met[place] = (met[place] ?? 0) + 1), 0.75 * size) : home;
    add(moving, "visitors", k, visitors.state[k] ? "holder" : "visitor", spot);
    const last = moving.at(-1);
    last.home = home;
    last.key = key(visitors.state[k] ? "holder" : "youth", last.id);
    last.kind = visitors.state[k] ? "projects" : "young";
  }
  return { still, moving };
}

// Gives each mark that moves where it comes from; those who left a place go home and are gone there.
export function follow(scene, before) {
  const known = new Map(before?.moving.map((one) => [one.key, one]));
  for (const one of scene.moving) {
    const was = known.get(one.key);
    known.delete(one.key);
    const from = was ?? (one.home ? { x: one.home[0], y: one.home[1] } : one);
    [one.fromX, one.fromY] = [from.x, from.y];
  }
  scene.leaving = [...known.values()].filter((one) => one.home)
    .map((one) => ({ ...one, fromX: one.x, fromY: one.y, x: one.home[0], y: one.home[1] }));
}
