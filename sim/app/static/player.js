// Plays the film, month by month, as fast as is chosen and no faster than the screen shows.

import { say } from "./language.js";

const element = (id) => document.getElementById(id);

const SPEEDS = [2, 6, 12, 24, 60, 0]; // months a second; 0: as fast as it goes
const WORDS = 400; // ms between two readings of the words while it plays

let playing = null; // a token while it plays
let present = null;
let hasWords = false;

export const isPlaying = () => playing !== null;

// `begun` ends with the first answer of the server; a click before it counts.
export function listen(shown, begun) {
  present = shown;
  element("play").addEventListener("click", () => (playing ? pause() : play(begun)));
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || /INPUT|SELECT|BUTTON|SUMMARY/.test(event.target.tagName)) return;
    event.preventDefault();
    element("play").click();
  });
}

// Everything that depends on the language.
export function speak() {
  hasWords = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const speed = element("speed").value || (calm ? "2" : "12");
  element("speed").replaceChildren(
    ...SPEEDS.map((s) => new Option(s ? say("months_a_second", { n: s }) : say("fastest"), s, false, String(s) === speed)));
  label();
}

async function play(begun) {
  const mine = (playing = {});
  label();
  await begun;
  if (!present.isShown()) {
    pause();
    return;
  }
  if (present.isOver()) await present.rewind();
  let due = performance.now();
  let told = due;
  while (playing === mine) {
    const screen = new Promise(requestAnimationFrame); // no more frames than the screen shows
    await present.next(() => playing === mine && present.step());
    if (playing === mine && performance.now() - told > WORDS) {
      told = performance.now();
      await present.next(present.words);
    }
    const speed = Number(element("speed").value);
    due = Math.max(due + (speed ? 1000 / speed : 0), performance.now() - 50);
    const wait = due - performance.now();
    if (wait > 20) await new Promise((done) => setTimeout(done, wait - 10));
    await screen;
  }
}

export function pause() {
  if (!playing) return;
  playing = null;
  label();
  present.next(present.settle);
}

function label() {
  if (!hasWords) return;
  element("play").textContent = say(playing ? "pause" : "play");
}
