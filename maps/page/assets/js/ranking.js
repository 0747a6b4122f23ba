/* The ranked list, with the line the budget draws. */

const ROWS_AT_ONCE = 60;
const ROWS_ON_PAPER = 100; // projects.xlsx has them all
let rowsShown = ROWS_AT_ONCE;

function drawProjects() {
  const projects = view.data.projects;
  const rows = projects.id.map((id, row) => row).filter(projectShown);
  const shown = view.printing ? rows.slice(0, ROWS_ON_PAPER) : rows.slice(0, rowsShown);
  const more = rows.length - shown.length;
  replaceAll(
    byId("tab-projects"),
    make("h2", {}, say("projects_title")),
    filterLine(rows.length),
    rows.length ? projectTable(shown) : make("p", { class: "hint" }, say("no_projects")),
    more > 0 ? make("button", { type: "button", class: "more", onclick: showMore }, say("show_more", { rows: Math.min(more, ROWS_AT_ONCE), left: more })) : null,
    make("p", { class: "hint" }, say("projects_hint"))
  );
}

function showMore() {
  rowsShown += ROWS_AT_ONCE;
  drawProjects();
}

/** What the list is narrowed to, and how to widen it again. */
function filterLine(count) {
  const chips = [];
  if (view.focus >= 0) chips.push(chip(ruleName(view.focus), () => change({ focus: -1 })));
  if (view.unit >= 0) chips.push(chip(view.data.units.names[view.unit], () => change({ unit: -1 })));
  return make("p", { class: "filters" }, say("projects_count", { projects: amount(count) }), chips, unitChooser());
}

function chip(text, act) {
  return make("button", { type: "button", class: "chip", title: say("remove_filter"), "aria-label": say("remove_filter") + " " + text, onclick: act }, text, make("span", { "aria-hidden": "true" }, " ×"));
}

function unitChooser() {
  if (!view.data.units.ids.length || view.unit >= 0) return null;
  const options = view.data.units.names.map((name, row) => make("option", { value: row }, name));
  const pick = make("select", { "aria-label": say("filter_village"), onchange: (event) => change({ unit: Number(event.target.value) }) }, make("option", { value: -1 }, say("all_villages")), options);
  return pick;
}

function projectTable(rows) {
  const head = ["rank", "project", "people_served", "cost", "cost_per_person"].map((key, i) => make("th", { scope: "col", class: i === 1 ? null : "number" }, say(key)));
  const body = make("tbody", {});
  const projects = view.data.projects;
  const last = projects.in_budget.lastIndexOf(true);
  let drawn = view.data.plan.budget === null;
  for (const row of rows) {
    if (!drawn && row > last) {
      body.append(budgetRow(last));
      drawn = true;
    }
    body.append(projectRow(row));
  }
  if (!drawn && rows.length && rows[rows.length - 1] === projects.id.length - 1) body.append(budgetRow(last));
  return make("table", { class: "projects" }, make("thead", {}, make("tr", {}, head)), body);
}

function budgetRow(last) {
  const projects = view.data.projects;
  const people = projects.people.slice(0, last + 1).reduce((sum, each) => sum + (each || 0), 0);
  const words = say("budget_line", { budget: money(view.data.plan.budget), projects: last + 1, cost: money(last < 0 ? 0 : projects.cumulative[last]), people: amount(people) });
  return make("tr", { class: "budget" }, make("td", { colspan: 5 }, words));
}

function projectRow(row) {
  const projects = view.data.projects;
  const chosen = view.chosen && view.chosen.kind === "project" && view.chosen.row === row;
  const where = projects.unit[row] >= 0 ? view.data.units.names[projects.unit[row]] : "";
  const name = make("button", { type: "button", class: "row-name", onclick: () => goToProject(row) }, projects.rules[row].map((rule) => symbolPicture(ruleLook(rule))), make("span", {}, either(projects.name[row])));
  return make(
    "tr",
    { class: (projects.in_budget[row] ? "funded" : "unfunded") + (chosen ? " chosen" : ""), "data-row": row },
    make("td", { class: "rank" }, make("span", { title: say(projects.in_budget[row] ? "in_budget" : "out_of_budget") }, String(projects.rank[row]))),
    make("th", { scope: "row" }, name, make("small", { class: "where" }, where), make("small", { class: "why" }, either(projects.why[row]))),
    make("td", { class: "number" }, amount(projects.people[row])),
    make("td", { class: "number" }, projectCost(row)),
    make("td", { class: "number" }, costPerPerson(row))
  );
}
