// Small charts of measures over time: the baseline as a ghost, the intervention over it, and bands
// of replications where they were run.

import { number, percent, say, text } from "./language.js";

const HEIGHT = 190;

let charts = [];
let months = [];
let series = []; // [arm][chart][month]
let bands = {};

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const show = (info, value) => (info.is_share ? percent(value) : number(value));

export function build(offered, headlines, startYear, length) {
  for (const chart of charts) chart.plot.destroy();
  const [first, more] = ["charts", "more-charts"].map((id) => document.getElementById(id));
  first.replaceChildren();
  more.replaceChildren();
  charts = offered.map((info, k) => {
    const box = document.createElement("figure");
    box.className = "chart";
    const head = document.createElement("figcaption");
    const place = document.createElement("div");
    const now = document.createElement("p");
    now.className = "now";
    head.textContent = text(info.label);
    head.title = text(info.definition);
    box.append(head, place, now);
    (headlines.includes(info.name) ? first : more).append(box);
    return { info, k, box, place, now, plot: draw(info, place, startYear, length) };
  });
  refresh();
}

function draw(info, place, startYear, length) {
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px sans-serif" };
  const band = { stroke: "transparent", points: { show: false } };
  const options = {
    width: Math.max(240, place.clientWidth || 300),
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false, range: [0, length] }, y: { range: (_, low, high) => around(low, high) } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((m) => startYear + Math.round(m / 12)), splits: () => years(length) },
      { ...axis, size: 58, values: (_, ticks) => ticks.map((v) => show(info, v)) },
    ],
    series: [
      {},
      band, band, band, band,
      { stroke: colour("--ghost"), width: 2, dash: [6, 4], points: { show: false } },
      { stroke: colour("--accent"), width: 2, points: { show: false } },
    ],
    bands: [
      { series: [2, 1], fill: colour("--ghost-band") },
      { series: [4, 3], fill: colour("--accent-band") },
    ],
  };
  return new uPlot(options, [[], [], [], [], [], [], []], place);
}

function years(length) {
  const every = length > 360 ? 120 : length > 120 ? 60 : 12;
  return Array.from({ length: Math.floor(length / every) + 1 }, (_, k) => k * every);
}

function around(low, high) {
  if (low === null || high === null) return [0, 1];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

export function forget() {
  months = [];
  series = charts.map(() => [[], []]);
  bands = {};
  refresh();
}

// New months of a frame, in whatever order frames come.
export function add(frame) {
  months.length = Math.min(months.length, frame.first);
  charts.forEach((_, c) => {
    [0, 1].forEach((arm) => {
      const values = (series[c] ??= [[], []])[arm];
      values.length = months.length;
      for (let m = 0; m < frame.months; m++) {
        const value = frame.measures[arm][m * frame.charts + c];
        values.push(Number.isNaN(value) ? null : value);
      }
    });
  });
  for (let m = 0; m < frame.months; m++) months.push(frame.first + m + 1);
}

export const known = () => months.length;

export function setBands(found) {
  bands = found;
  refresh();
}

export function refresh() {
  const length = Math.max(months.length, ...Object.values(bands).map((b) => b.with[0].length), 0);
  const x = Array.from({ length }, (_, m) => m + 1);
  const padded = (values) => x.map((_, m) => values?.[m] ?? null);
  for (const { info, k, now, plot } of charts) {
    const [without, withIt] = series[k] ?? [[], []];
    const band = bands[info.name];
    const edges = band ? [band.without[0], band.without[4], band.with[0], band.with[4]] : [[], [], [], []];
    plot.setData([x, ...edges.map(padded), padded(without), padded(withIt)]);
    const last = (values) => show(info, values.length ? values[values.length - 1] : null);
    now.textContent = say("now", { before: last(without), after: last(withIt), unit: text(info.unit) });
  }
}

export function resize() {
  for (const { place, plot } of charts) {
    const width = Math.max(200, place.clientWidth);
    if (place.clientWidth && width !== plot.width) plot.setSize({ width, height: HEIGHT });
  }
}
