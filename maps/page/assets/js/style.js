/* How villages are coloured: by a rule's share of people without, or by how many rules are not met. */

// ColorBrewer OrRd, lightened so that names and gaps stay readable on it; light to dark for every kind of sight, and the
// number stands in the label as well. In high contrast the steps are as far apart as they can be.
const LOOKS = {
  plain: { shades: ["#fef3e2", "#fddfb5", "#fbbe85", "#f19062", "#d65f40"], met: "#dcebe4", blank: "#f6f7f8", hatch: ["#eceef1", "#a6aeb8"], edge: "#6d7681", edgeWidth: 0.9 },
  contrast: { shades: ["#fff7ec", "#fdd49e", "#fc8d59", "#d7301f", "#7f0000"], met: "#ffffff", blank: "#ffffff", hatch: ["#ffffff", "#000000"], edge: "#000000", edgeWidth: 1.6 },
};

function look() {
  return isContrast() ? LOOKS.contrast : LOOKS.plain;
}

function isContrast() {
  return document.documentElement.classList.contains("contrast");
}

/** Return the fill of a verdict: shade 0-4, -1 met, -2 unknown (hatched), -3 not judged. */
function fillOf(shade, hatch) {
  return shade >= 0 ? look().shades[shade] : [look().met, hatch, look().blank][-1 - shade];
}

/** Return {state, value, shade} of a village in the present view; shade -1: met, -2: unknown, -3: not judged. */
function unitVerdict(unit) {
  return view.focus >= 0 ? ruleVerdict(unit, cardsNow()[view.focus]) : overallVerdict(unit, cardsNow());
}

function ruleVerdict(unit, card) {
  const state = STATES[card.state[unit]];
  if (state !== "short") return { state, value: 0, shade: { met: -1, unknown: -2, not_judged: -3 }[state] };
  const part = card.people[unit] > 0 ? card.people_short[unit] / card.people[unit] : card.short[unit] / card.places[unit];
  return { state, value: part, shade: Math.max(0, Math.min(4, Math.ceil(part * 5) - 1)) };
}

function overallVerdict(unit, cards) {
  const states = cards.map((card) => STATES[card.state[unit]]);
  const short = states.filter((state) => state === "short").length;
  if (short) return { state: "short", value: short, shade: shadeOfShort(short) };
  if (states.includes("unknown")) return { state: "unknown", value: 0, shade: -2 };
  return states.includes("met") ? { state: "met", value: 0, shade: -1 } : { state: "not_judged", value: 0, shade: -3 };
}

/** In equal steps up to the worst village there is now, so that shades can be compared as the line moves. */
function shadeOfShort(short) {
  return Math.min(4, Math.floor((5 * (short - 0.5)) / Math.max(mostShort(), 1)));
}

function mostShort() {
  if (view.data.mostShort === undefined) {
    const cards = cardsAfter(0);
    view.data.mostShort = Math.max(0, ...view.data.units.ids.map((id, unit) => shortRules(unit, cards)));
  }
  return view.data.mostShort;
}

/** Return the verdict as the few characters that stand under a village's name. */
function verdictLabel(verdict) {
  if (verdict.state === "unknown") return "?";
  if (verdict.state === "met") return "✓";
  if (verdict.state === "not_judged") return "";
  return view.focus >= 0 ? share(verdict.value, 1) : say("label_short", { short: verdict.value, rules: view.data.rules.length });
}

const ROAD_WIDTHS = [2.6, 1.9, 1.2, 0.7]; // CSS pixels at zoom 14, by rank

function roadWidth(rank, zoom) {
  return Math.max(0.6, Math.min(16, ROAD_WIDTHS[rank] * Math.pow(2, 0.55 * (zoom - 14))));
}

const DEVICE_COLOURS = { working: "#C98B00", broken: "#3D434B", planned: "#7D8792", blank: "#7D8792" };
const DEVICE_STATES = ["blank", "working", "broken", "planned"];
