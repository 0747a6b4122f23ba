/* Everything that is said: the page's own sentences by key, and numbers as each language writes them. */

const speech = { language: "zh", words: null, locale: "zh-CN" };

function setLanguage(data, language) {
  speech.language = language;
  speech.words = data.words[language];
  speech.locale = language === "zh" ? "zh-CN" : "en-GB";
}

/** Return the sentence with its {values} filled in; values are put in once and never read as a pattern again. */
function say(key, values) {
  return speech.words[key].replace(/\{(\w+)\}/g, (brace, name) => (values && name in values ? String(values[name]) : brace));
}

/** Return [zh, en] in the language shown; a plain text is a user's own and stays as it is. */
function either(words) {
  return Array.isArray(words) ? words[speech.language === "zh" ? 0 : 1] : words;
}

/** Return the page's own word for a code (a unit, a category), or the code itself where a user made it up. */
function wordFor(topic, code) {
  const key = topic + "_" + code;
  return Object.prototype.hasOwnProperty.call(speech.words, key) ? speech.words[key] : code;
}

/**
 * Return a number as both languages write it here: 1,234.5, without idle zeros. Written out because a browser's own number
 * format takes a tenth of a second to load, once, before anything can be shown.
 */
function written(value, digits) {
  const parts = (Math.round(Math.abs(value) * Math.pow(10, digits)) / Math.pow(10, digits)).toFixed(digits).split(".");
  const whole = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = (parts[1] || "").replace(/0+$/, "");
  const text = rest ? whole + "." + rest : whole;
  return value < 0 && text !== "0" ? "-" + text : text;
}

function amount(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return say("not_known");
  if (value === "inf" || value === Infinity) return say("unreachable");
  return written(value, digits || 0);
}

// Nobody is half a person, though estimates of people add up to fractions.
const WHOLE_UNITS = ["people", "person"];

/** Return an amount with its unit, such as 320 m or 2 人. */
function measured(value, unit, digits) {
  const text = amount(value, WHOLE_UNITS.includes(unit) && value >= 10 ? 0 : digits);
  if (value === null || value === "inf" || value === Infinity || Number.isNaN(value)) return text;
  const word = wordFor("unit", unit);
  return speech.language === "zh" ? text + word : text + " " + word;
}

/** Return yuan as officials write it: 万元 from ten thousand on in Chinese. */
function money(yuan) {
  if (yuan === null || Number.isNaN(yuan)) return say("not_known");
  if (speech.language === "zh" && yuan >= 1e4) return amount(yuan / 1e4, yuan < 1e6 ? 2 : 1) + "万元";
  const text = amount(yuan, yuan < 1 ? 2 : yuan < 10 ? 1 : 0);
  return speech.language === "zh" ? text + "元" : "¥" + text;
}

function share(part, whole) {
  if (!(whole > 0)) return "–";
  const percent = (100 * part) / whole;
  return (percent > 0 && percent < 1 ? "<1" : String(Math.round(percent))) + "%";
}
