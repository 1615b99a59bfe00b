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
  const text = words[key][language];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The text of a table { en, fr } in the present language.
export const text = (texts) => texts[language] || texts.en || "";

export function number(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const most = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
  return new Intl.NumberFormat(language, { maximumFractionDigits: most }).format(value);
}

export const percent = (share, digits = 1) =>
  share === null || Number.isNaN(share)
    ? "–"
    : new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(share);

export const euros = (value) =>
  new Intl.NumberFormat(language, { style: "currency", currency: "EUR", maximumFractionDigits: 0 }).format(value);

// A value with its unit: shares as per cent, words and switches as they are.
export function quantity(value, info) {
  if (typeof value === "boolean") return say(value ? "on" : "off");
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (info.is_share) return percent(value);
  const unit = typeof info.unit === "string" ? info.unit : text(info.unit);
  return `${number(value)} ${unit}`.trim();
}

export function date(year, month) {
  const when = new Date(Date.UTC(year, month - 1, 1));
  return new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" }).format(when);
}
