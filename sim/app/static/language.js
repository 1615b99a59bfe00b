// The words of the page in the language of its reader, and numbers as that language writes them.

let words = {};
let languages = {}; // by name: what its speakers call it, and its locale
export let language = "en";

export function learn(offer) {
  ({ words, languages } = offer);
}

export const options = () =>
  Object.entries(languages).map(([name, one]) => {
    const option = new Option(one.name, name, false, name === language);
    option.lang = name;
    return option;
  });

export function speak(wanted) {
  language = wanted in languages ? wanted : "en";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = say(element.dataset.words);
  }
}

// What is compared, for words that depend on it: an intervention, changes, or both.
let mode = "";
export function compare(what) {
  if (mode === what) return;
  mode = what;
  speak(language);
}

// A sentence of the catalogue with {values} filled in; its number, {count}, chooses the plural form.
export function say(key, values = {}) {
  let sentence = (words[`${key}_${mode}`] ?? words[key])[language];
  if (typeof sentence === "object") sentence = sentence[format(Intl.PluralRules, {}).select(values.count)] ?? sentence.other;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A text that is given in every language.
export const text = (texts) => texts[language];

// The language in which a text is at hand: English where there is no other.
export const languageOf = (texts) => (texts[language] === texts.en ? "en" : language);

// Making a format takes longer than using it.
const formats = new Map();
function format(kind, options) {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(languages[language].locale, options));
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

// A number as it is typed: without groups of thousands, with all that it holds.
export const plain = (value) =>
  format(Intl.NumberFormat, { useGrouping: false, maximumSignificantDigits: 12 }).format(value);

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
  if (unit.startsWith("€")) return say("euros", { amount: number(value), per: unit.slice(1) });
  return `${number(value)}\u00a0${unit}`.trim(); // a line does not break between them
}

// A year of the calendar is no quantity: it has no thousands.
export function date(year, month) {
  const when = new Date(Date.UTC(year, month - 1, 1));
  return format(Intl.DateTimeFormat, { year: "numeric", month: "long", timeZone: "UTC" }).format(when);
}
