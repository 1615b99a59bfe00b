// The bar of all months: dragging it shows a month that was seen already at once, and lets the server follow.

import { date, say, text } from "./language.js";

const element = (id) => document.getElementById(id);
const MOST_BYTES = 64 * 1024 ** 2; // of the months that the page keeps, the oldest seen go first

let kept = new Map(); // by month: what came, and how many bytes that are
let bytes = 0;

export function forget() {
  kept = new Map();
  bytes = 0;
}

export function keep(frame, town) {
  const size = 2 * frame.maps[0].length + frame.maps[0].buffer.byteLength + town.sides[0].shops.id.buffer.byteLength;
  bytes += size - (kept.get(frame.month)?.size ?? 0);
  kept.delete(frame.month);
  kept.set(frame.month, { frame, town, size });
  for (const [month, one] of kept) {
    if (bytes <= MOST_BYTES) break;
    kept.delete(month);
    bytes -= one.size;
  }
}

export const seen = (month) => kept.get(month);

export const label = (month, startYear) => date(startYear + Math.floor(Math.max(month - 1, 0) / 12), (Math.max(month - 1, 0) % 12) + 1);

// Marks beginnings, ends and shocks on the bar, and offers to go there.
export function mark(about, offer, closures, go) {
  const events = about.events.filter(({ month }) => month <= about.months).map(({ month, intervention, event }) => {
    const title = text(offer.interventions.find((one) => one.name === intervention).title);
    const when = label(month + 1, about.start_year);
    return { month, sentence: event === "ends" ? say("event_ends", { title, date: when }) : say("event_begins", { title, date: when }) };
  });
  if (closures) events.push({ month: closures, sentence: say("event_closures", { date: label(closures, about.start_year) }) });
  element("events").replaceChildren(...events.map(({ month, sentence }) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sentence });
    button.addEventListener("click", () => go(month));
    item.append(button);
    return item;
  }));
  element("ticks").replaceChildren(...events.map(({ month }) => {
    const tick = document.createElement("span");
    tick.style.left = `${(100 * month) / about.months}%`;
    return tick;
  }));
}
