/* How every village stands once the first projects of the list are done: the run's own figures, added up row by row. */

const NOBODY = 1e-6; // people; less than this is what rounding leaves of a sum

let standing = { key: "", cards: null };

/** Return how many projects from the top count as done in the present view. */
function doneCount() {
  if (view.preview !== null) return view.preview;
  return view.when === "plan" ? view.line : 0;
}

/** Return each rule's scorecard in the present view (the same columns as rule.cards, and totals of the rule). */
function cardsNow() {
  const tasks = view.when === "tasks" && view.preview === null && view.data.after_tasks;
  const key = tasks ? "tasks" : String(doneCount());
  if (standing.key !== key) standing = { key, cards: tasks ? view.data.after_tasks.map(wholeCard) : cardsAfter(doneCount()) };
  return standing.cards;
}

function isNow() {
  return doneCount() === 0 && view.when !== "tasks";
}

/** Return the scorecards after the first `count` projects. */
function cardsAfter(count) {
  const cards = view.data.rules.map((rule) => wholeCard(rule));
  const relief = view.data.projects.relief;
  for (let row = 0; row < count; row += 1) for (let i = 0; i < relief[row].length; i += 4) take(cards, relief[row], i);
  for (const card of cards) settle(card);
  return cards;
}

function wholeCard(rule) {
  const cards = rule.cards;
  const own = { short: cards.short.slice(), people_short: cards.people_short.slice(), state: cards.state.slice() };
  return Object.assign({}, cards, own, { all_short: rule.counts[1], all_people_short: rule.people_short });
}

/** Four numbers say what a project changes: rule, village (-1: of none), people no longer without, places put right. */
function take(cards, relief, i) {
  const card = cards[relief[i]];
  const unit = relief[i + 1];
  card.all_people_short -= relief[i + 2];
  card.all_short -= relief[i + 3];
  if (unit < 0) return;
  card.people_short[unit] -= relief[i + 2];
  card.short[unit] -= relief[i + 3];
}

function settle(card) {
  if (card.all_people_short < NOBODY) card.all_people_short = 0;
  for (let unit = 0; unit < card.state.length; unit += 1) {
    if (card.people_short[unit] < NOBODY) card.people_short[unit] = 0;
    if (STATES[card.state[unit]] !== "short" || card.short[unit] > 0) continue;
    card.state[unit] = STATES.indexOf(card.unknown[unit] > 0 ? "unknown" : "met");
  }
}

/** Is the gap closed in the present view? */
function gapClosed(row) {
  if (view.when === "tasks" && view.preview === null) return view.data.gaps.closed_by_tasks[row];
  return view.data.gaps.closed_at[row] < doneCount();
}

/** Return {projects, cost, people, gaps, shorts}: what the first `count` projects cost and leave. */
function outcomeOf(count) {
  const projects = view.data.projects;
  const people = projects.people.slice(0, count).reduce((sum, each) => sum + (each || 0), 0);
  const gaps = view.data.gaps.closed_at.filter((at) => at >= count).length;
  return { projects: count, cost: count ? projects.cumulative[count - 1] : 0, people, gaps };
}

/** Return how many (village, rule) pairs are short on these scorecards. */
function pairsShort(cards) {
  const short = STATES.indexOf("short");
  return cards.reduce((sum, card) => sum + card.state.filter((state) => state === short).length, 0);
}

/** Return how many projects, from the top, that money pays for. */
function affordable(yuan) {
  const cumulative = view.data.projects.cumulative;
  let count = 0;
  while (count < cumulative.length && cumulative[count] <= yuan + 0.005) count += 1;
  return count;
}
