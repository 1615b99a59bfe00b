// The guided story: five scenes that move the film of the town to months and places.

import * as api from "./api.js";
import * as maps from "./maps.js";
import * as town from "./town.js";
import { language, say } from "./language.js";

const element = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let present; // the page: its session, next(action) and see(scene)
let scenes = null;
let at = 0;

export function listen(page) {
  present = page;
  element("guide-start").addEventListener("click", () => present.next(async () => {
    ({ scenes } = await api.scenes(present.session, language));
    at = 0;
    show();
    element("guide-next").focus();
  }));
  element("guide-back").addEventListener("click", () => turn(-1));
  element("guide-next").addEventListener("click", () => turn(1));
  element("guide-close").addEventListener("click", () => {
    close();
    element("guide-start").focus();
  });
}

// The story of a pair that is no longer shown; there is none where nothing is tried.
export function forget(isSame) {
  close();
  element("guide-start").hidden = isSame;
}

function close() {
  scenes = null;
  element("guide").hidden = true;
  element("guide-start").hidden = false;
  document.body.dataset.scene = "";
}

function turn(step) {
  if (!scenes?.[at + step]) return;
  at += step;
  show();
}

function show() {
  const scene = scenes[at];
  tell();
  element("zoom").value = scene.zoom;
  element("swipe").value = scene.border;
  element("show-difference").checked = scene.difference;
  maps.choose(...scene.cell, present);
  town.redraw();
  present.see(scene, calm.matches);
}

function tell() {
  const { title, sentences } = scenes[at];
  element("guide").hidden = false;
  element("guide-start").hidden = true;
  element("guide-step").textContent = say("guide_step", { n: at + 1, total: scenes.length });
  element("guide-title").textContent = title;
  element("guide-words").replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })));
  element("guide-back").setAttribute("aria-disabled", at === 0);
  element("guide-next").setAttribute("aria-disabled", at === scenes.length - 1);
  document.body.dataset.scene = at + 1;
}

// The same scene in other words: another language, or an answer that has come.
export async function retell() {
  if (!scenes) return;
  const told = await api.scenes(present.session, language);
  if (!scenes) return;
  ({ scenes } = told);
  tell();
}
