// Numbers as people type them: 35, 35 %, 0,35, 60 000, 60,000, €60k; and as the field shows them.

import { language, plain, text } from "./language.js";

// The value of what was typed, or NaN. A share above 1 is meant as per cent.
export function understood(typed, info) {
  const parts = typed.replace(/[\s\u00a0\u202f'’]/g, "").replace("−", "-").match(/^€?([+-]?[\d.,]+)(k?)(.*)$/i);
  if (!parts || !isUnit(parts[3].toLowerCase(), info)) return NaN;
  let value = Number(decimal(parts[1], info)) * (parts[2] ? 1000 : 1);
  if (parts[3] === "%" || (info.is_share && value > 1)) value = Number((value / 100).toPrecision(12));
  return info.kind === "int" ? Math.round(value) : value;
}

const isUnit = (rest, info) =>
  ["", "€", "eur", "euros", "%", text(info.unit).replace(/[\s\u00a0\u202f]/g, "").toLowerCase()].includes(rest);

// Whether a comma or a point groups thousands or begins the decimals.
function decimal(digits, info) {
  const marks = digits.replace(/[^.,]/g, "");
  const last = marks.at(-1);
  const isGrouped = /^[+-]?[1-9]\d{0,2}([.,]\d{3})+$/.test(digits);
  const groups = !last || new Set(marks).size === 2 ? false
    : marks.length > 1 || (isGrouped && (info.kind === "int" || (last === "," && language === "en")));
  if (groups) return digits.replaceAll(last, "");
  return digits.replaceAll(last === "," ? "." : ",", "").replace(",", ".");
}

export const typed = (value, info) => (info.is_share ? `${plain(Number((100 * value).toPrecision(12)))}\u00a0%` : plain(value));
