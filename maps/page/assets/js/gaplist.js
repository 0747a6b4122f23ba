/* The list of gaps: everything that falls short, narrowed like the list of projects. */

function drawGaps() {
  const rows = gapOrder().filter(gapShown);
  const shown = rows.slice(0, view.printing ? ROWS_ON_PAPER : rowsShown);
  replaceAll(
    byId("tab-gaps"),
    make("h2", {}, say("gaps_title")),
    filterLine(say("gaps_count", { gaps: amount(rows.length) }), "gaps"),
    rows.length ? gapTable(shown) : make("p", { class: "hint" }, say("no_gaps")),
    moreButton(rows.length - shown.length, drawGaps)
  );
}

/** Gaps with the safety net first, then most people without, then by id. */
function gapOrder() {
  const gaps = view.data.gaps;
  if (!gaps.order) {
    const people = (row) => (typeof gaps.people[row] === "number" ? gaps.people[row] : -1);
    gaps.order = gaps.id.map((id, row) => row).sort((a, b) => (gaps.severity[a] > gaps.severity[b]) - (gaps.severity[a] < gaps.severity[b]) || people(b) - people(a) || a - b);
  }
  return gaps.order;
}

function gapTable(rows) {
  const head = ["gap", "missing", "people"].map((key, i) => make("th", { scope: "col", class: i ? "number" : null }, say(key)));
  return make("table", { class: "gaps" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows.map(gapRow)));
}

function gapRow(row) {
  const gaps = view.data.gaps;
  const name = make("button", { type: "button", class: "row-name", onclick: () => goToGap(row) }, symbolPicture(ruleLook(gaps.rule[row])), make("span", {}, gaps.name[row] || gaps.id[row]));
  const village = gaps.unit[row] >= 0 ? view.data.units.names[gaps.unit[row]] : "";
  const where = [ruleName(gaps.rule[row]), village, gaps.severity[row]].filter(Boolean).join(" · ");
  return make(
    "tr",
    { class: gapClosed(row) ? "closed" : null },
    make("th", { scope: "row" }, name, make("small", { class: "where" }, where), make("small", { class: "why" }, either(gaps.reason[row]))),
    make("td", { class: "number" }, measured(gaps.amount[row], gaps.unit_word[row], 1)),
    make("td", { class: "number" }, amount(gaps.people[row]))
  );
}
