/* Where the numbers come from: norms with their marks, inputs with what was set aside. */

function drawSources() {
  replaceAll(
    byId("tab-sources"),
    make("h2", {}, say("norms_title")),
    make("p", { class: "hint" }, say("norms_hint")),
    make("ul", { class: "norms" }, view.data.rules.map(normItem)),
    make("h2", {}, say("inputs_title")),
    make("p", { class: "hint" }, say("inputs_hint", { crs: view.data.plan.crs })),
    inputsTable(),
    rejectsPart()
  );
}

function normItem(rule, number) {
  const options = rule.options.map((option, i) => [i ? " · " : "", make("span", { title: option[0] }, either(option[1]) + (speech.language === "zh" ? "：" : ": ") + (option[0] === "facilities" || option[0] === "category" ? wordFor("category", option[2]) : either(option[2])))]);
  return make("li", {}, make("p", {}, ruleTag(number), " ", make("small", {}, rule.id)), make("p", { class: "why" }, normWords(rule)), make("p", { class: "options" }, options));
}

function inputsTable() {
  const head = ["layer", "file", "rows_in", "used", "repaired", "rejected"].map((key, i) => make("th", { scope: "col", class: i > 1 ? "number" : null }, say(key)));
  const rows = view.data.layers.map((layer) => {
    const source = layer.source;
    const file = make("span", { title: "SHA-256 " + source[5] }, source[0] + (source[2] ? " [" + source[2] + "]" : ""));
    const how = [source[1], source[3], source[4]].filter(Boolean).join(" · ");
    return make("tr", {}, make("th", { scope: "row" }, either(layer.title), make("small", {}, layer.name)), make("td", {}, file, make("small", {}, how)), layer.rows.map((count, i) => make("td", { class: "number" + (i === 3 && count ? " some" : "") }, amount(count))));
  });
  return make("div", { class: "wide" }, make("table", { class: "inputs" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
}

function rejectsPart() {
  const rejects = view.data.rejects;
  if (!rejects.all) return make("p", {}, say("no_rejects"));
  const rows = rejects.listed.map((row) =>
    make("tr", {}, make("td", {}, row[1] + " : " + row[2], make("small", {}, say("action_" + row[8]))), make("td", {}, row[4], row[5] === "" ? null : make("small", {}, row[5])), make("td", {}, either(row[6]), make("small", {}, either(row[7]))))
  );
  const head = ["file_and_row", "field_and_value", "reason"].map((key) => make("th", { scope: "col" }, say(key)));
  return make("details", { class: "rejects" }, make("summary", {}, say("rejects_title", { rows: rejects.all })), make("div", { class: "wide" }, make("table", { class: "inputs" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows))), rejects.all > rows.length ? make("p", { class: "hint" }, say("rejects_more")) : null);
}
