/* What a popup says about a village, a gap, a project, a place or a facility. Built from nodes, never from markup. */

function card(kind, title, ...body) {
  const close = make("button", { type: "button", class: "close", "aria-label": say("close"), onclick: closePopup }, "×");
  // Leaflet looks upwards from what was clicked to tell a click on a card from one on the map; a button that redraws its
  // own card is no longer in it by then.
  const stay = (event) => event.stopPropagation();
  return make("div", { class: "card", role: "dialog", "aria-label": title, onclick: stay }, close, make("p", { class: "kind" }, kind), make("h3", {}, title), body);
}

/** A list of facts; rows whose value is null are left out. */
function facts(rows) {
  const list = make("dl", {});
  for (const row of rows) if (row && row[1] !== null && row[1] !== "") list.append(make("dt", {}, row[0]), make("dd", {}, row[1]));
  return list;
}

function link(text, act) {
  return make("button", { type: "button", class: "link", onclick: act }, text);
}

function unitLink(row) {
  return row < 0 ? null : link(view.data.units.names[row], () => openVillage(row));
}

function ruleName(rule) {
  return either(view.data.rules[rule].title);
}

function ruleTag(rule) {
  return make("span", { class: "tag" }, symbolPicture(ruleLook(rule)), ruleName(rule));
}

function stateTag(state) {
  return make("span", { class: "state " + state }, statePicture(state), say("state_" + state));
}

function unitDetails(row) {
  const units = view.data.units;
  const cards = cardsNow();
  const short = view.data.rules.map((rule, number) => number).filter((number) => STATES[cards[number].state[row]] === "short");
  const gaps = view.data.gaps.unit.filter((unit, gap) => unit === row && !gapClosed(gap)).length;
  return card(
    say("kind_unit"),
    units.names[row],
    facts([
      [say("population"), units.population[row] === null ? say("not_known") : amount(units.population[row])],
      [say("rules_short"), say("short_of", { short: short.length, rules: cards.length })],
      [say("gaps"), amount(gaps)],
    ]),
    make("ul", { class: "plain short-rules" }, short.map((number) => make("li", {}, ruleTag(number)))),
    make("p", {}, link(say("open_village"), () => openVillage(row)))
  );
}

/** What a village has under a rule: supplied of required where the rule counts that, people without elsewhere. */
function unitFigure(rule, row, state) {
  const card = rule.cards;
  if (card.required[row] !== null && card.supplied[row] !== null) return amount(card.supplied[row], 1) + " / " + amount(card.required[row], 1);
  return state === "short" && card.people_short[row] > 0 ? say("people_without", { people: amount(card.people_short[row]) }) : "";
}

function gapDetails(row) {
  const gaps = view.data.gaps;
  const rule = view.data.rules[gaps.rule[row]];
  const projects = view.data.projects.id.map((id, at) => at).filter((at) => view.data.projects.gaps[at].includes(row));
  return card(
    say("kind_gap"),
    gaps.name[row] || gaps.id[row],
    make("p", {}, ruleTag(gaps.rule[row])),
    facts([
      [say("missing"), measured(gaps.amount[row], gaps.unit_word[row], 1)],
      [say("people"), amount(gaps.people[row])],
      [say("village"), unitLink(gaps.unit[row])],
      [say("severity"), say("severity_" + gaps.severity[row])],
      [say("norm"), normWords(rule)],
      [say("department"), rule.department],
      [say("gap_id"), gaps.id[row]],
    ]),
    make("p", { class: "why" }, either(gaps.reason[row])),
    taskWords(row),
    projects.length ? make("p", {}, say("closed_by"), " ", projects.slice(0, 5).map((at) => link(projectName(at), () => goToProject(at)))) : null
  );
}

/** Who is working on the gap, and until when; null if nobody is. */
function taskWords(row) {
  const task = view.data.tasks[view.data.gaps.task[row]];
  if (!task) return null;
  const facts = [task.who, either(task.state), task.due ? say("task_due", { date: task.due }) : null];
  const name = link(taskName(task), () => goToTask(view.data.gaps.task[row]));
  return make("p", { class: "task" }, make("strong", {}, say("task")), " ", name, " ", lightTag(task), " · ", facts.filter(Boolean).join(" · "));
}

function normWords(rule) {
  const mark = say("mark_" + rule.norm[1]);
  return rule.norm[0] ? rule.norm[0] + (speech.language === "zh" ? "（" + mark + "）" : " (" + mark + ")") : mark;
}

function projectName(row) {
  return view.data.projects.rank[row] + ". " + either(view.data.projects.name[row]);
}

function projectDetails(row) {
  const projects = view.data.projects;
  const cost = projects.cost[row];
  return card(
    say("kind_project_" + projectStatus(row)),
    projectName(row),
    beforeAfter(row),
    facts([
      [say("amount"), measured(projects.amount[row], projects.unit_word[row], 1)],
      [say("people_served"), [amount(projects.people[row]), make("small", {}, say("cost_per_person") + " " + costPerPerson(row))]],
      [say("cost"), [money(cost[1]), make("small", {}, money(cost[0]) + " – " + money(cost[2]))]],
      [say("cost_each_year"), money(cost[3])],
      [say("village"), unitLink(projects.unit[row])],
      [say("robustness"), staying(row)],
      [say("best_set"), view.data.plan.budget === null ? null : say(projects.in_best[row] ? "best_set_in" : "best_set_out")],
      [say("rank_even"), projects.rank_even[row] === projects.rank[row] || projects.rank_even[row] === null ? null : amount(projects.rank_even[row])],
      [say("department"), departmentsOf(row)],
      [say("project_id"), projects.id[row]],
    ]),
    make("p", { class: "why" }, either(projects.why[row])),
    projects.gaps[row].length ? make("p", {}, say("closes"), " ", projects.gaps[row].slice(0, 6).map((gap) => link(view.data.gaps.id[gap], () => goToGap(gap)))) : null
  );
}

function departmentsOf(row) {
  return Array.from(new Set(view.data.projects.rules[row].map((rule) => view.data.rules[rule].department).filter(Boolean))).join(", ");
}

/** What the project changes after all above it: the map before and after, and figures by rule and village. */
function beforeAfter(row) {
  const relief = view.data.projects.relief[row];
  if (!relief.length) return null;
  const button = (key, count) => make("button", { type: "button", "aria-pressed": String(view.preview === count), onclick: () => lookAt(row, count) }, say(key));
  const before = cardsAfter(row);
  const rows = [];
  for (let i = 0; i < relief.length && rows.length < 6; i += 4) rows.push(reliefRow(before, relief, i));
  const head = ["rule", "before_it", "after_it"].map((key, i) => make("th", { scope: "col", class: i ? "number" : null }, say(key)));
  return [
    make("div", { class: "segmented", role: "group", "aria-label": say("before_after_label") }, button("map_before", row), button("map_after", row + 1)),
    make("table", { class: "relief" }, make("caption", {}, say("people_without_there")), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)),
  ];
}

function reliefRow(before, relief, i) {
  const card = before[relief[i]];
  const unit = relief[i + 1];
  const without = unit < 0 ? card.all_people_short : card.people_short[unit];
  const left = Math.max(0, without - relief[i + 2]);
  const village = unit < 0 ? null : make("small", {}, view.data.units.names[unit]);
  return make("tr", {}, make("th", { scope: "row" }, ruleTag(relief[i]), village), make("td", { class: "number" }, amount(without)), make("td", { class: "number better" }, amount(left < NOBODY ? 0 : left)));
}

/** Colour the map as it stands with that many projects done, while this one is looked at. */
function lookAt(row, count) {
  change({ preview: count });
  if (view.popup) view.popup.setContent(projectDetails(row));
}

function costPerPerson(row) {
  const people = view.data.projects.people[row];
  const cost = view.data.projects.cost[row];
  if (!(people > 0)) return "–";
  return cost[1] > 0 ? money(cost[1] / people) : say("a_year", { cost: money(cost[3] / people) });
}

/** What it costs to build; for what only costs from year to year (people hired), that. */
function projectCost(row) {
  const cost = view.data.projects.cost[row];
  return cost[1] > 0 || !(cost[3] > 0) ? money(cost[1]) : say("a_year", { cost: money(cost[3]) });
}

function gapsDetails(rows) {
  const shown = rows.slice(0, 12).map((row) => make("li", {}, symbolPicture(ruleLook(view.data.gaps.rule[row])), link(view.data.gaps.name[row] || view.data.gaps.id[row], () => goToGap(row))));
  return card(say("kind_gaps"), say("gaps_here", { gaps: rows.length }), make("ul", { class: "plain" }, shown), rows.length > 12 ? make("p", { class: "why" }, say("zoom_to_part")) : null);
}

function placeDetails(pick) {
  const rule = view.data.rules[pick.rule];
  const drawn = rule.drawn;
  const column = (name) => view.data.column(drawn[name])[pick.row];
  const set = view.data.set(drawn.shapes);
  const id = set.id(view.data.column(drawn.rows)[pick.row]);
  const name = drawn.names < 0 ? "" : view.data.column(drawn.names)[pick.row];
  const reason = column("reason");
  return card(
    say("kind_place"),
    name || id,
    make("p", {}, ruleTag(pick.rule)),
    make("p", {}, stateTag(STATES[column("status")])),
    facts([
      [say("required"), measured(column("required"), rule.unit, 1)],
      [say("supplied"), measured(column("supplied"), rule.unit, 1)],
      [say("people"), amount(column("people"))],
      [say("village"), unitLink(column("unit"))],
      [say("place_id"), id],
    ]),
    reason ? make("p", { class: "why" }, either(drawn.reasons[reason - 1])) : null
  );
}

function featureDetails(pick) {
  const layer = pick.layer;
  const id = view.data.set(layer.shapes).id(pick.row);
  const name = layer.names < 0 ? "" : view.data.column(layer.names)[pick.row];
  const category = layer.category === undefined ? 0 : view.data.column(layer.category)[pick.row];
  const status = layer.status === undefined ? null : DEVICE_STATES[view.data.column(layer.status)[pick.row]];
  return card(
    either(layer.title),
    name || id,
    facts([
      [say("category"), category ? wordFor("category", layer.categories[category - 1]) : null],
      [say("status"), status ? say("device_" + status) : null],
      [say("place_id"), id],
      [say("layer"), layer.name],
    ])
  );
}

/** Show what was clicked. */
function showPicked(event) {
  const pick = pickAt(event);
  if (!pick) {
    closePopup();
    choose(null);
    return;
  }
  const makers = { gaps: () => gapsDetails(pick.rows), gap: () => gapDetails(pick.row), project: () => projectDetails(pick.row), task: () => taskDetails(pick.row), unit: () => unitDetails(pick.row), place: () => placeDetails(pick), feature: () => featureDetails(pick) };
  choose(pick.kind === "gap" || pick.kind === "project" || pick.kind === "task" || pick.kind === "unit" ? pick : null);
  openPopup(pick.pin || event.latlng, makers[pick.kind](), pick.pin ? PIN_HEIGHT : 0);
}
