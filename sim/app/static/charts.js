// Small charts of measures over time: the two single runs, thin; over them, once replications have
// run, their averages, and the band in which the average with the intervention lies.

import { language, number, percent, say, text } from "./language.js";

const HEIGHT = 170;

let charts = [];
let months = 0;
let series = []; // [chart][arm][month]
let bands = {};

const element = (id) => document.getElementById(id);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const level = (info, value) => (info.is_share ? percent : number)(value, info.digits, true);

// Lays charts out anew only where their axes or words change.
let laid = "";
export function lay({ charts: offered, headlines }, { start_year: startYear, months: length }) {
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const wanted = [startYear, length, language, scheme].join();
  if (wanted === laid) return;
  laid = wanted;
  for (const chart of charts) chart.plot.destroy();
  const [first, more] = [element("charts"), element("more-charts")];
  first.replaceChildren();
  more.replaceChildren();
  charts = offered.map((info, k) => {
    const box = document.createElement("figure");
    box.className = "chart";
    const head = document.createElement("figcaption");
    const unit = Object.assign(document.createElement("span"), { className: "unit", textContent: text(info.unit) });
    const place = document.createElement("div");
    place.setAttribute("aria-hidden", "true");
    const now = Object.assign(document.createElement("p"), { className: "now" });
    const definition = Object.assign(document.createElement("p"), { className: "help", textContent: text(info.definition) });
    head.append(text(info.label), " ", unit);
    box.append(head, place, now, ...(headlines.includes(info.name) ? [] : [definition]));
    (headlines.includes(info.name) ? first : more).append(box);
    return { info, k, place, now, plot: draw(info, place, startYear, length) };
  });
  refresh();
}

function draw(info, place, startYear, length) {
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const edge = { stroke: "transparent", points: { show: false } };
  const line = (name, width, dash) => ({ stroke: colour(name), width, dash, points: { show: false } });
  const options = {
    width: Math.max(200, place.clientWidth || 300),
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 14, 0, 0],
    scales: { x: { time: false, range: [0, length] }, y: { range: (_, low, high) => around(low, high) } },
    axes: [
      { ...axis, size: 24, gap: 2, values: (_, ticks) => ticks.map((m) => startYear + Math.round(m / 12)), splits: () => years(length) },
      { ...axis, size: 52, values: (_, ticks) => ticks.map((v) => (info.is_share ? percent(v) : number(v))) },
    ],
    series: [
      {},
      edge, edge,
      line("--ghost", 1, [2, 3]), line("--accent", 1, [2, 3]),
      line("--ghost", 2, [6, 4]), line("--accent", 2),
    ],
    bands: [{ series: [2, 1], fill: colour("--accent-band") }],
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
  months = 0;
  series = charts.map(() => [[], []]);
  bands = {};
}

// Appends the new months of a frame.
export function add(frame) {
  series.forEach((arms, c) => {
    arms.forEach((values, arm) => {
      values.length = frame.first;
      for (let m = 0; m < frame.months; m++) {
        const value = frame.measures[arm][m * frame.charts + c];
        values.push(Number.isNaN(value) ? null : value);
      }
    });
  });
  months = frame.month;
}

export const known = () => months;

// The month at which a measure with the intervention is highest so far, or 0.
export function peak(name) {
  const values = series[charts.findIndex(({ info }) => info.name === name)]?.[1] ?? [];
  const whole = values.map((value, m) => (m < 11 ? null : value)); // twelve months lie behind each
  return values.length < 24 ? 0 : whole.indexOf(Math.max(...whole)) + 1;
}

export function setBands(found) {
  bands = found;
  refresh();
}

// Draws the visible charts, not those of a closed section.
export function refresh() {
  const length = Math.max(months, ...Object.values(bands).map((b) => b.with.length));
  const x = Array.from({ length }, (_, m) => m + 1);
  const padded = (values) => x.map((_, m) => values[m] ?? null);
  for (const { info, k, place, now, plot } of charts) {
    if (!place.clientWidth) continue;
    const [without, withIt] = series[k] ?? [[], []];
    const band = bands[info.name];
    const { low, high, without: ghost, with: mean } = band ?? { low: [], high: [], without: [], with: [] };
    plot.setData([x, ...[low, high, without, withIt, ghost, mean].map(padded)]);
    const last = (of, film) => level(info, (band ? of[months - 1] : film.at(-1)) ?? null);
    now.textContent = months ? say("now", { before: last(ghost, without), after: last(mean, withIt) }) : "";
  }
}

export function resize() {
  for (const { place, plot } of charts) {
    if (place.clientWidth && place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height: HEIGHT });
  }
  refresh();
}
