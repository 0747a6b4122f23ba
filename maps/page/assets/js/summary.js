/* The findings as plain text, to paste into a message or a document. */

/** Return the summary of everything (unit -1) or of one village, line by line. */
function summaryText(unit) {
  return (unit < 0 ? wholeSummary() : villageSummary(unit)).join("\n");
}

function wholeSummary() {
  const projects = view.data.projects;
  const first = projects.id.slice(0, 3).map((id, row) => projectLine(row));
  return [say("title", { name: view.data.plan.name }), dateLine()].concat(
    view.data.findings.map((line) => either(line[1])),
    first.length ? [say("first_projects")].concat(first) : [],
    [lineSentence(), say("summary_source")]
  );
}

function villageSummary(unit) {
  const cards = cardsAfter(0);
  const units = view.data.units;
  const short = view.data.rules.map((rule, number) => number).filter((number) => STATES[cards[number].state[unit]] === "short");
  const unknown = view.data.rules.map((rule, number) => number).filter((number) => STATES[cards[number].state[unit]] === "unknown");
  const rows = listed((row) => isOfUnit(row, unit), view.data.projects.id.length);
  return [view.data.plan.name + " " + units.names[unit], dateLine(), say("village_facts", { id: units.ids[unit], people: units.population[unit] === null ? say("not_known") : amount(units.population[unit]), short: short.length, rules: cards.length })].concat(
    short.map((number) => say("state_short") + " · " + ruleName(number) + " · " + unitFigure(view.data.rules[number], unit, "short")),
    unknown.map((number) => say("state_unknown") + " · " + ruleName(number)),
    rows.length ? [say("village_projects", { projects: rows.length })].concat(rows.slice(0, 5).map(projectLine)) : [],
    [say("summary_source")]
  );
}

function projectLine(row) {
  return projectName(row) + " · " + projectCost(row) + " · " + say("serves", { people: amount(view.data.projects.people[row]) });
}

function dateLine() {
  const plan = view.data.plan;
  return [plan.classification, plan.date ? say("data_date", { date: plan.date }) : say("no_data_date"), plan.approval].filter(Boolean).join(" · ");
}

/** What the line, where it stands now, pays for. */
function lineSentence() {
  const outcome = outcomeOf(view.line);
  const pairs = [pairsShort(cardsAfter(0)), pairsShort(cardsAfter(view.line))];
  return say("line_sentence", { projects: amount(outcome.projects), cost: money(outcome.cost), people: amount(outcome.people), gaps: amount(view.data.gaps.id.length), left: amount(outcome.gaps), pairs: amount(pairs[0]), pairs_left: amount(pairs[1]) });
}

function openSummary(unit) {
  const text = summaryText(unit);
  const field = make("textarea", { readonly: true, rows: 14, "aria-label": say("copy_summary") });
  field.value = text;
  const done = make("span", { role: "status" });
  const copy = make("button", { type: "button", class: "small", onclick: () => copyText(text, field, done) }, say("copy"));
  openSheet(say("copy_summary"), field, make("p", {}, copy, " ", done));
  field.select();
}

/** Copy by the clipboard where the browser lets a local file use it, else from a text field as browsers always did. */
function copyText(text, field, done) {
  const said = () => (done ? (done.textContent = say("copied")) : (byId("announcer").textContent = say("copied")));
  const old = () => {
    const from = field || document.body.appendChild(make("textarea", { class: "unseen" }));
    from.value = text;
    from.select();
    if (document.execCommand("copy")) said();
    if (!field) from.remove();
  };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(said, old);
  else old();
}
