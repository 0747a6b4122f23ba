/* How villages are coloured: by a rule's share of people without, or by how many rules are not met. */

// ColorBrewer OrRd, lightened so that names and gaps stay readable on it; light to dark for every kind of sight, and the
// number stands in the label as well.
const SHADES = ["#fef3e2", "#fddfb5", "#fbbe85", "#f19062", "#d65f40"];
const MET_SHADE = "#dcebe4";
const BLANK_SHADE = "#f6f7f8";
const HATCH = ["#eceef1", "#a6aeb8"];

/** Return {state, value, shade} of a village in the present view; shade -1: met, -2: unknown, -3: not judged. */
function unitVerdict(unit) {
  return view.focus >= 0 ? ruleVerdict(unit, view.focus) : overallVerdict(unit);
}

function ruleVerdict(unit, rule) {
  const card = view.data.rules[rule].cards;
  const state = STATES[card.state[unit]];
  if (state !== "short") return { state, value: 0, shade: { met: -1, unknown: -2, not_judged: -3 }[state] };
  const part = card.people[unit] > 0 ? card.people_short[unit] / card.people[unit] : card.short[unit] / card.places[unit];
  return { state, value: part, shade: Math.min(SHADES.length - 1, Math.floor(part * SHADES.length)) };
}

function overallVerdict(unit) {
  const states = view.data.rules.map((rule) => STATES[rule.cards.state[unit]]);
  const short = states.filter((state) => state === "short").length;
  if (short) {
    const shade = Math.min(SHADES.length - 1, Math.floor((SHADES.length * (short - 0.5)) / Math.max(view.data.rules.length, 1)));
    return { state: "short", value: short, shade };
  }
  if (states.includes("unknown")) return { state: "unknown", value: 0, shade: -2 };
  return states.includes("met") ? { state: "met", value: 0, shade: -1 } : { state: "not_judged", value: 0, shade: -3 };
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
