/* Putting it together. */

const TABS = { findings: drawFindings, projects: drawProjects, villages: drawVillages, sources: drawSources };

/** With more rules than this the legend would hide the map; their switches start folded. */
const MOST_RULES_UNFOLDED = 7;

/** Layers that start switched on: what gaps are read against. Homes are many and mostly met. */
const SHOWN_AT_FIRST = ["roads", "facilities"];

function drawWords() {
  const plan = view.data.plan;
  document.documentElement.lang = speech.locale;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
  }
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = say(element.dataset.hint);
  document.title = say("title", { name: plan.name });
  byId("title").textContent = document.title;
  const date = plan.date ? say("data_date", { date: plan.date }) : say("no_data_date");
  const size = say("size", { rules: view.data.rules.length, villages: view.data.units.ids.length, gaps: amount(view.data.gaps.id.length) });
  replaceAll(byId("subtitle"), [date, say("profile", { profile: either(plan.profile) }), size].map((text) => make("span", {}, text)));
  byId("language").textContent = say("other_language");
  byId("language").lang = speech.language === "zh" ? "en" : "zh-CN";
  view.map.getContainer().setAttribute("aria-label", say("map_help"));
}

function drawTabs() {
  const tabs = Object.keys(TABS).map((name) =>
    make("button", { type: "button", role: "tab", id: "tabber-" + name, "aria-controls": "tab-" + name, "aria-selected": String(view.tab === name), tabindex: view.tab === name ? 0 : -1, onclick: () => change({ tab: name }) }, say("tab_" + name))
  );
  replaceAll(byId("tabs"), tabs);
  for (const name of Object.keys(TABS)) byId("tab-" + name).hidden = view.tab !== name;
}

function turnTab(event) {
  const names = Object.keys(TABS);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  change({ tab: names[(names.indexOf(view.tab) + step + names.length) % names.length] });
  byId("tabber-" + view.tab).focus();
}

function drawFocus() {
  const options = view.data.rules.map((rule, number) => make("option", { value: number, selected: view.focus === number }, either(rule.title)));
  replaceAll(byId("focus"), make("option", { value: -1, selected: view.focus < 0 }, say("all_rules")), options);
}

function drawPanels() {
  for (const name of Object.keys(TABS)) TABS[name]();
}

function drawEverything() {
  drawWords();
  drawTabs();
  drawFocus();
  drawLegend();
  drawPanels();
  drawScale();
}

function respond(what) {
  if ("tab" in what) drawTabs();
  if ("focus" in what) drawFocus();
  if ("focus" in what || "hidden" in what || "shown" in what || "projectsShown" in what) drawLegend();
  if ("focus" in what || "unit" in what || "hidden" in what) {
    rowsShown = ROWS_AT_ONCE;
    drawFindings();
    drawProjects();
    drawVillages();
    announce();
  } else if ("chosen" in what) markChosen();
  if ("focus" in what || "unit" in what || "shown" in what) view.layer.redraw();
  else if (!("tab" in what)) view.layer.redrawTop();
  if ("unit" in what && what.unit >= 0) zoomToRows(view.data.set(view.data.units.shapes), [what.unit]);
}

function markChosen() {
  for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
  if (!view.chosen || view.chosen.kind !== "project") return;
  const row = document.querySelector('tr[data-row="' + view.chosen.row + '"]');
  if (row) row.classList.add("chosen");
}

/** Tell a screen reader what the lists are narrowed to now. */
function announce() {
  const rule = view.focus >= 0 ? ruleName(view.focus) : say("all_rules");
  const unit = view.unit >= 0 ? view.data.units.names[view.unit] : say("all_villages");
  byId("announcer").textContent = rule + " · " + unit;
}

function switchLanguage() {
  setLanguage(view.data, speech.language === "zh" ? "en" : "zh");
  closePopup();
  drawEverything();
  view.layer.redraw();
}

document.documentElement.setAttribute("data-understood", "");

async function start() {
  view.map = window.map_coverplan;
  view.data = await unpackData();
  setLanguage(view.data, view.data.plan.language);
  for (const layer of view.data.layers) if (SHOWN_AT_FIRST.includes(layer.kind)) view.shown.add(layer.name);
  if (window.innerWidth <= 700) byId("legend").open = false;
  if (view.data.rules.length <= MOST_RULES_UNFOLDED) view.unfolded.add("gaps");
  zoomToAll();
  view.layer = new CanvasLayer(paintBase, paintTop).addTo(view.map);
  view.map.on("click", showPicked);
  setUpFurniture();
  setUpSearch();
  setUpPrinting();
  byId("focus").addEventListener("change", (event) => change({ focus: Number(event.target.value) }));
  byId("language").addEventListener("click", switchLanguage);
  byId("tabs").addEventListener("keydown", turnTab);
  whenChanged(respond);
  drawEverything();
  document.documentElement.setAttribute("data-started", "");
}

start().catch((error) => {
  byId("too-old").hidden = false;
  throw error;
});
