/* What the reader is looking at. Every part draws itself from here and is told when it changes. */

const view = {
  data: null,
  map: null,
  focus: -1, // the rule that colours the villages; -1: all rules together
  unit: -1, // the village that lists are narrowed to; -1: all
  hidden: new Set(), // rules whose gaps are switched off
  shown: new Set(), // names of the layers underneath that are switched on
  projectsShown: true,
  unfolded: new Set(), // parts of the legend that are open
  wholeZoom: 0, // the zoom that shows everything
  chosen: null, // {kind: "unit" | "gap" | "project", row}
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
  return view.focus >= 0 ? rule === view.focus : !view.hidden.has(rule);
}

function gapShown(row) {
  const gaps = view.data.gaps;
  return ruleShown(gaps.rule[row]) && (view.unit < 0 || gaps.unit[row] === view.unit);
}

function projectShown(row) {
  const projects = view.data.projects;
  const ruleFits = projects.rules[row].some(ruleShown);
  const unitFits = view.unit < 0 || projects.unit[row] === view.unit || projects.gaps[row].some((gap) => view.data.gaps.unit[gap] === view.unit);
  return ruleFits && unitFits;
}
