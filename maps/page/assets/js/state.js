/* What the reader is looking at. Every part draws itself from here and is told when it changes. */

const view = {
  data: null,
  map: null,
  focus: -1, // the rule that colours the villages; -1: all rules together
  unit: -1, // the village that lists are narrowed to; -1: all
  severity: "", // lists narrowed to one severity, department, side of the budget line; "": all
  department: "",
  status: "",
  when: "now", // "now", "plan" (the first `line` projects done) or "tasks" (all open tasks done)
  line: 0, // how many projects, from the top of the list, stand above the budget line
  preview: null, // while a project is looked at: that many projects done, whatever the line says
  hidden: new Set(), // rules whose gaps are switched off
  shown: new Set(), // names of the layers underneath that are switched on
  projectsShown: true,
  unfolded: new Set(), // parts of the legend that are open
  wholeZoom: 0, // the zoom that shows everything
  chosen: null, // {kind: "unit" | "gap" | "project" | "task", row}
  tab: "findings",
};
const watchers = [];

/** Be told of every change; `watch` is called with the names that changed. */
function whenChanged(watch) {
  watchers.push(watch);
}

function change(what) {
  Object.assign(view, what);
  for (const watch of watchers) watch(what);
}

/** Is this rule's gap layer to be seen now? */
function ruleShown(rule) {
  return (view.focus >= 0 ? rule === view.focus : !view.hidden.has(rule)) && (!view.department || view.data.rules[rule].department === view.department);
}

function gapShown(row) {
  const gaps = view.data.gaps;
  return ruleShown(gaps.rule[row]) && (view.unit < 0 || gaps.unit[row] === view.unit) && (!view.severity || gaps.severity[row] === view.severity) && (!view.status || view.status === (view.status === "task" && gaps.task[row] >= 0 ? "task" : gapStatus(row)));
}

function projectShown(row) {
  const projects = view.data.projects;
  const ruleFits = projects.rules[row].some((rule) => ruleShown(rule) && (!view.severity || view.data.rules[rule].severity === view.severity));
  return ruleFits && (view.unit < 0 || isOfUnit(row, view.unit)) && (!view.status || view.status === projectStatus(row));
}

/** Does the project stand in that village, or close a gap of it? */
function isOfUnit(row, unit) {
  const projects = view.data.projects;
  return projects.unit[row] === unit || projects.gaps[row].some((gap) => view.data.gaps.unit[gap] === unit);
}

function projectStatus(row) {
  return row < view.line ? "in" : "out";
}

/** A gap is within the line if the projects above it close the whole of it. */
function gapStatus(row) {
  return view.data.gaps.closed_at[row] < view.line ? "in" : "out";
}

function listed(shown, count) {
  const rows = [];
  for (let row = 0; row < count; row += 1) if (shown(row)) rows.push(row);
  return rows;
}
