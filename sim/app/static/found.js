// The search for settings, by their names, labels, help and everyday words, without regard to accents and plurals.

import { text } from "./language.js";

const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[’']/g, " ");

export function wordsOf(info, offer) {
  const group = offer.groups[info.group];
  const words = [info.name, info.name.replaceAll("_", " "), text(info.label), text(info.help), text(info.everyday)];
  return folded([...words, group ? text(group) : ""].join(" "));
}

// A test of words for what was sought: each word of it begins one of them.
export function sought(typed) {
  const starts = folded(typed).split(/\s+/).filter(Boolean).map((word) => (word.length > 4 ? word.replace(/[sx]$/, "") : word));
  const patterns = starts.map((word) => new RegExp(`(^|[^\\p{L}\\d])${word.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&")}`, "u"));
  return (words) => patterns.every((pattern) => pattern.test(words));
}
