// The words of the page in two languages, and numbers as each of them writes them.

let words = {};
export let language = "en";

export function learn(catalogue) {
  words = catalogue;
}

export function speak(wanted) {
  language = wanted === "fr" ? "fr" : "en";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = say(element.dataset.words);
  }
}

// A sentence of the catalogue with {values} filled in.
export function say(key, values = {}) {
  return words[key][language].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The text of a table { en, fr } in the present language.
export const text = (texts) => texts[language] || texts.en || "";

// Making a format takes longer than using it.
const formats = new Map();
function format(kind, options) {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(language, options));
  return formats.get(key);
}

const isMissing = (value) => value === null || value === undefined || Number.isNaN(value);

// Numbers as they are, or with so many digits behind the sign; always so many, if `padded`.
export function number(value, digits, padded = false) {
  if (isMissing(value)) return "–";
  const most = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
  const fraction = { maximumFractionDigits: most, minimumFractionDigits: padded ? most : 0 };
  return format(Intl.NumberFormat, fraction).format(value);
}

export function percent(share, digits = 1, padded = false) {
  if (isMissing(share)) return "–";
  const fraction = { maximumFractionDigits: digits, minimumFractionDigits: padded ? digits : 0 };
  return format(Intl.NumberFormat, { style: "percent", ...fraction }).format(share);
}

export const euros = (value) =>
  format(Intl.NumberFormat, { style: "currency", currency: "EUR", maximumFractionDigits: 0 }).format(value);

// A value with its unit: shares as per cent, words and switches in words.
export function quantity(value, info, choices = {}) {
  if (typeof value === "boolean") return say(value ? "on" : "off");
  if (typeof value === "string") return choices[value] ? text(choices[value]) : value.replaceAll("_", " ");
  if (info.is_share) return percent(value);
  const unit = text(info.unit);
  if (language === "en" && unit.startsWith("€")) return `€${number(value)}${unit.slice(1)}`;
  return `${number(value)}\u00a0${unit}`.trim(); // a line does not break between them
}

// A year of the calendar is no quantity: it has no thousands.
export function date(year, month) {
  const when = new Date(Date.UTC(year, month - 1, 1));
  return format(Intl.DateTimeFormat, { year: "numeric", month: "long", timeZone: "UTC" }).format(when);
}
