/* The ranked list, with the line the budget draws. */

const ROWS_AT_ONCE = 60;
const ROWS_ON_PAPER = 100; // projects.xlsx has them all
let rowsShown = ROWS_AT_ONCE;

function drawProjects() {
  const rows = listed(projectShown, view.data.projects.id.length);
  const shown = rows.slice(0, view.printing ? ROWS_ON_PAPER : rowsShown);
  replaceAll(
    byId("tab-projects"),
    make("h2", {}, say("projects_title")),
    filterLine(say("projects_count", { projects: amount(rows.length) }), "projects"),
    rows.length ? projectTable(shown, rows) : make("p", { class: "hint" }, say("no_projects")),
    moreButton(rows.length - shown.length, drawProjects),
    make("p", { class: "hint" }, say("projects_hint")),
    behindTheList()
  );
}

/** What stands behind the list: the best set with its bound, what budgets buy, other orders, how firm it is, what is not ranked. */
function behindTheList() {
  return view.data.ranking[speech.language === "zh" ? 0 : 1].map(behind);
}

/** A heading that opens to lines and a table. */
function behind(block) {
  const table = block[3].length ? blockTable(block[2], block[3]) : null;
  return make("details", { class: "behind", open: Boolean(view.printing) }, make("summary", {}, block[0]), block[1].map((line) => make("p", {}, line)), table);
}

function blockTable(header, rows) {
  const isNumber = (column) => rows.every((row) => /^[-\d.,%]*$/.test(row[column]));
  const numbers = header.map((name, column) => (isNumber(column) ? "number" : null));
  const head = make("tr", {}, header.map((name, column) => make("th", { scope: "col", class: numbers[column] }, name)));
  const body = rows.map((row) => make("tr", {}, row.map((cell, column) => make("td", { class: numbers[column] }, cell))));
  return make("div", { class: "wide", tabindex: 0 }, make("table", { class: "inputs" }, make("thead", {}, head), make("tbody", {}, body)));
}

/** Return the button that shows more rows of a list, or what stands for it on paper; null if all are shown. */
function moreButton(more, draw) {
  if (more <= 0) return null;
  if (view.printing) return make("p", { class: "hint" }, say("rest_in_xlsx", { rows: amount(more) }));
  const act = () => {
    rowsShown += ROWS_AT_ONCE;
    draw();
  };
  return make("button", { type: "button", class: "more", onclick: act }, say("show_more", { rows: Math.min(more, ROWS_AT_ONCE), left: more }));
}

/** The table of these rows; the line stands where, among all the rows of the list, the money ends. */
function projectTable(rows, all) {
  const keys = ["rank", "project", "people_served", "cost", "cost_per_person"];
  const head = keys.map((key, i) => make("th", { scope: "col", class: i === 1 ? null : "number" }, say(key)));
  const body = make("tbody", {});
  let drawn = false;
  for (const row of rows) {
    if (!drawn && row >= view.line) {
      body.append(budgetRow(keys.length));
      drawn = true;
    }
    body.append(projectRow(row), whyRow(row, keys.length));
  }
  if (!drawn && rows.length === all.length) body.append(budgetRow(keys.length));
  return make("table", { class: "projects" }, make("thead", {}, make("tr", {}, head)), body);
}

function budgetRow(columns) {
  const outcome = outcomeOf(view.line);
  const words = say("budget_line", { projects: amount(outcome.projects), cost: money(outcome.cost), people: amount(outcome.people) });
  return make("tr", { class: "budget" }, make("td", { colspan: columns }, words));
}

/** The row beneath a project's: where it is, and why it stands where it stands. */
function whyRow(row, columns) {
  const projects = view.data.projects;
  const why = either(projects.why[row]);
  const village = projects.unit[row] >= 0 ? view.data.units.names[projects.unit[row]] : "";
  const where = village && !why.startsWith(village) ? village + (speech.language === "zh" ? "：" : ": ") : "";
  return make("tr", { class: "why-row" }, make("td", {}), make("td", { colspan: columns - 1 }, staying(row), make("span", { class: "why" }, where, why)));
}

function projectRow(row) {
  const projects = view.data.projects;
  const chosen = view.chosen && view.chosen.kind === "project" && view.chosen.row === row;
  const name = make("button", { type: "button", class: "row-name", onclick: () => goToProject(row) }, projects.rules[row].map((rule) => symbolPicture(ruleLook(rule))), make("span", {}, either(projects.name[row])));
  const status = projectStatus(row);
  return make(
    "tr",
    { class: (status === "in" ? "funded" : "unfunded") + (chosen ? " chosen" : ""), "data-row": row },
    make("td", { class: "rank" }, make("span", { title: say("status_" + status) }, String(projects.rank[row]))),
    make("th", { scope: "row" }, name),
    make("td", { class: "number" }, amount(projects.people[row])),
    make("td", { class: "number" }, projectCost(row)),
    make("td", { class: "number" }, costPerPerson(row))
  );
}

/** How often the project stays within the budget when weights and costs are drawn over their ranges; null if not drawn. */
function staying(row) {
  const part = view.data.projects.stays_in[row];
  if (part === null) return null;
  const word = view.data.projects.firm[row];
  return make("span", { class: "stays stays-" + word, title: say("stays_title", { share: share(part, 1) }) }, say("stays_" + word));
}
