/* The tasks that are being worked on: their lights, where they are, who answers for them. */

// Each light has a sign besides its colour, the same as in the task list.
const LIGHTS = {
  overdue: { sign: "●", colour: "#B3261E" },
  due_soon: { sign: "▲", colour: "#8A5A00" },
  on_track: { sign: "■", colour: "#00795A" },
  done: { sign: "✔", colour: "#0B5CAD" },
  none: { sign: "—", colour: "#5B6470" },
};
const TASKS_LISTED = 15; // the task list itself has them all

/** Does the map show tasks in place of projects? */
function showsTasks() {
  return view.when === "tasks" && view.preview === null;
}

/** Rows of the open tasks, the worst light first, then the nearest date, then by number. */
function openTasks() {
  const tasks = view.data.tasks;
  const worst = Object.keys(LIGHTS);
  const due = (task) => task.due || "9999";
  return listed((row) => tasks[row].open, tasks.length).sort(
    (a, b) => worst.indexOf(tasks[a].lit) - worst.indexOf(tasks[b].lit) || (due(tasks[a]) < due(tasks[b]) ? -1 : due(tasks[a]) > due(tasks[b]) ? 1 : tasks[a].id - tasks[b].id)
  );
}

function lightTag(task) {
  return make("span", { class: "light " + task.lit }, make("span", { "aria-hidden": "true" }, LIGHTS[task.lit].sign), " ", either(task.light));
}

function taskName(task) {
  return "#" + task.id + " " + either(task.title);
}

/** The part of the findings that says what is under way; null where there is no ledger. */
function tasksPart() {
  const rows = openTasks();
  if (!view.data.after_tasks || !rows.length) return null;
  const head = ["task", "light", "task_due_column"].map((key) => make("th", { scope: "col" }, say(key)));
  const body = rows.slice(0, TASKS_LISTED).map(taskRow);
  return [
    make("h2", {}, say("tasks_title", { tasks: amount(rows.length) })),
    make("table", { class: "tasks" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, body)),
    rows.length > TASKS_LISTED ? make("p", { class: "hint" }, say("tasks_rest", { rows: amount(rows.length - TASKS_LISTED) })) : null,
  ];
}

function taskRow(row) {
  const task = view.data.tasks[row];
  const name = make("button", { type: "button", class: "row-name", onclick: () => goToTask(row) }, make("span", {}, taskName(task)));
  return make("tr", {}, make("th", { scope: "row" }, name, task.who ? make("small", { class: "where" }, task.who) : null), make("td", {}, lightTag(task)), make("td", {}, task.due || "–"));
}

/** Look at a task among the villages as they stand once all open tasks are done. */
function goToTask(row) {
  change({ when: "tasks", preview: null, chosen: { kind: "task", row } });
  const gaps = view.data.tasks[row].gaps;
  if (gaps.length) zoomToRows(view.data.set(view.data.gaps.shapes), gaps);
  else zoomToRows(view.data.set(view.data.task_spots), [row]);
  showOnPhone();
  openPopup(spotLatLng(view.data.task_spots, row), taskDetails(row), PIN_HEIGHT);
}

function taskDetails(row) {
  const task = view.data.tasks[row];
  return card(
    say("task"),
    taskName(task),
    make("p", {}, lightTag(task)),
    facts([
      [say("status"), either(task.state)],
      [say("task_who"), task.who],
      [say("task_due_column"), task.due],
      [say("task_progress"), share(task.progress, 1)],
      [say("village"), unitLink(task.unit)],
      [say("people"), amount(task.people)],
    ]),
    task.gaps.length ? make("p", {}, say("closes"), " ", task.gaps.slice(0, 6).map((gap) => link(view.data.gaps.id[gap], () => goToGap(gap)))) : make("p", { class: "why" }, say("task_without_gap"))
  );
}

/** What the signs of the lights mean, while the map shows tasks. */
function lightLegend() {
  if (!showsTasks()) return null;
  const counts = {};
  for (const row of openTasks()) counts[view.data.tasks[row].lit] = (counts[view.data.tasks[row].lit] || 0) + 1;
  const items = Object.keys(LIGHTS).filter((name) => counts[name]).map((name) => {
    const first = view.data.tasks.find((task) => task.open && task.lit === name);
    return make("li", {}, lightTag(first), make("small", {}, amount(counts[name])));
  });
  return [make("h3", {}, say("legend_tasks")), make("ul", { class: "shades" }, items)];
}
