/* The first tab: what a reader must take home. */

function drawFindings() {
  const data = view.data;
  replaceAll(
    byId("tab-findings"),
    make("h2", {}, say("findings_title")),
    make("ul", { class: "findings" }, data.findings.map((line) => make("li", { class: "about-" + line[0] }, either(line[1])))),
    make("h2", {}, say("rules_title"), whenTag()),
    make("p", { class: "hint" }, say("rules_hint")),
    rulesTable(),
    firstProjects(),
    tasksPart(),
    notes()
  );
}

/** What a reader must know about the input before relying on a figure. */
function notes() {
  const lines = view.data.notes.map((note) => make("li", {}, either(note)));
  return lines.length ? make("details", { class: "notes" }, make("summary", {}, say("notes_title", { notes: lines.length })), make("ul", {}, lines)) : null;
}

function rulesTable() {
  const order = view.data.rules.map((rule, number) => number).sort((a, b) => view.data.rules[b].people_short - view.data.rules[a].people_short || a - b);
  const head = ["rule", "people_short_column", "most_people_village"].map((key, i) => make("th", { scope: "col", class: i === 1 ? "number" : null }, say(key)));
  return make("table", { class: "rules" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, order.map(ruleRow)));
}

function ruleRow(number) {
  const rule = view.data.rules[number];
  const focused = view.focus === number;
  const name = make("button", { type: "button", class: "row-name", "aria-pressed": String(focused), onclick: () => change({ focus: focused ? -1 : number }) }, symbolPicture(ruleLook(number), 18), make("span", {}, either(rule.title)));
  const short = rule.counts[1]
    ? peopleShort(number)
    : rule.counts[2] ? stateTag("unknown") : rule.places ? stateTag("met") : stateTag("not_judged");
  return make(
    "tr",
    { class: focused ? "focused" : null },
    make("th", { scope: "row" }, name, statusBar(rule, number), focused && view.data.units.ids.length ? link(say("villages_of_rule"), () => change({ tab: "villages" })) : null),
    make("td", { class: "number" }, short),
    make("td", {}, worstLink(number))
  );
}

/** The village where most people are without in the present view (ties by the order of ids), and how many they are. */
function worstLink(number) {
  const card = cardsNow()[number];
  let worst = -1;
  card.state.forEach((state, unit) => {
    if (STATES[state] === "short" && (worst < 0 || card.people_short[unit] > card.people_short[worst])) worst = unit;
  });
  if (worst < 0) return "–";
  return [unitLink(worst), card.people_short[worst] > 0 ? make("small", {}, say("people_there", { people: amount(card.people_short[worst]) })) : null];
}

/** How many people are without, and how many were before where the view is not that of now. */
function peopleShort(number) {
  const rule = view.data.rules[number];
  const left = cardsNow()[number].all_people_short;
  const before = isNow() || Math.round(left) === Math.round(rule.people_short) ? null : make("small", {}, say("was", { people: amount(rule.people_short) }));
  return [make("strong", { class: before ? "better" : null }, amount(left)), make("small", {}, share(left, rule.people)), before];
}

/** Met, short and unknown places as a bar, and as words beneath it. */
function statusBar(rule, number) {
  const short = cardsNow()[number].all_short;
  const counts = [rule.counts[0] + rule.counts[1] - short, short, rule.counts[2]];
  const width = 100;
  const parts = [];
  let from = 0;
  ["met", "short", "unknown"].forEach((state, i) => {
    const wide = rule.places ? (width * counts[i]) / rule.places : 0;
    parts.push(drawing("rect", { x: from, y: 0, width: wide, height: 6, class: "bar-" + state }));
    from += wide;
  });
  const words = ["met", "short", "unknown"].map((state, i) => (counts[i] ? say("state_" + state) + " " + amount(counts[i]) : null)).filter(Boolean);
  return make("span", { class: "bar" }, drawing("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts), make("small", {}, words.join(" · ")));
}

function firstProjects() {
  const projects = view.data.projects;
  if (!projects.id.length) return null;
  const items = projects.id.slice(0, 3).map((id, row) => make("li", {}, link(either(projects.name[row]), () => goToProject(row)), make("small", {}, say("people_and_cost", { people: amount(projects.people[row]), cost: projectCost(row) }))));
  return [make("h2", {}, say("first_projects")), make("ol", { class: "first" }, items), make("p", {}, link(say("all_projects", { projects: projects.id.length }), () => change({ tab: "projects" })))];
}
