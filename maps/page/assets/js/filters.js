/* The line above the lists: how many there are, what they are narrowed to, and what can be taken away. */

/** Return the filters and take-aways above a list of `count` rows; `counted` is the sentence that counts them. */
function filterLine(counted, kind) {
  const chips = [];
  if (view.focus >= 0) chips.push(chip(ruleName(view.focus), () => change({ focus: -1 })));
  const choosers = [unitChooser(), severityChooser(), departmentChooser(), statusChooser()];
  const taking = ["csv", "xlsx"].map((form) => make("button", { type: "button", class: "small", onclick: () => takeList(kind, form), "aria-label": say("download_as", { form: form.toUpperCase() }) }, form.toUpperCase()));
  return [
    make("div", { class: "filters", role: "group", "aria-label": say("filters_label") }, choosers),
    make("p", { class: "counted" }, make("span", { role: "status" }, counted), chips, isNarrowed() ? make("button", { type: "button", class: "link", onclick: widen }, say("clear_filters")) : null, make("span", { class: "taking" }, say("download"), taking)),
  ];
}

function isNarrowed() {
  return view.focus >= 0 || view.unit >= 0 || Boolean(view.severity || view.department || view.status) || view.hidden.size > 0;
}

function widen() {
  change({ focus: -1, unit: -1, severity: "", department: "", status: "", hidden: new Set() });
}

function chip(text, act) {
  return make("button", { type: "button", class: "chip", title: say("remove_filter"), "aria-label": say("remove_filter") + " " + text, onclick: act }, text, make("span", { "aria-hidden": "true" }, " ×"));
}

/** A list to choose one value from; `options` are [value, words], the first one stands for all. */
function chooser(name, chosen, options) {
  const act = (event) => change({ [name]: name === "unit" ? Number(event.target.value) : event.target.value });
  const items = options.map((option) => make("option", { value: option[0], selected: String(option[0]) === String(chosen) }, option[1]));
  return make("select", { "aria-label": say("filter_" + name), onchange: act, class: chosen === "" || chosen === -1 ? null : "narrowed" }, items);
}

function unitChooser() {
  const names = view.data.units.names;
  return names.length ? chooser("unit", view.unit, [[-1, say("all_villages")]].concat(names.map((name, row) => [row, name]))) : null;
}

function severityChooser() {
  const used = ["A", "B", "C"].filter((severity) => view.data.rules.some((rule) => rule.severity === severity));
  return used.length > 1 ? chooser("severity", view.severity, [["", say("all_severities")]].concat(used.map((severity) => [severity, say("severity_" + severity)]))) : null;
}

function departmentChooser() {
  const used = Array.from(new Set(view.data.rules.map((rule) => rule.department).filter(Boolean)));
  return used.length ? chooser("department", view.department, [["", say("all_departments")]].concat(used.map((name) => [name, name]))) : null;
}

function statusChooser() {
  if (!view.data.projects.id.length) return null;
  const options = [["", say("all_statuses")], ["in", say("status_in")], ["out", say("status_out")]];
  return chooser("status", view.status, view.data.tasks.length ? options.concat([["task", say("status_task")]]) : options);
}
