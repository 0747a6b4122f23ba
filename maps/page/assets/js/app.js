/* Putting it together. */

const TABS = { findings: drawFindings, projects: drawProjects, gaps: drawGaps, villages: drawVillages, sources: drawSources };

/** With more rules than this the legend would hide the map; their switches start folded. */
const MOST_RULES_UNFOLDED = 7;

/** Layers that start switched on: what gaps are read against. Homes are many and mostly met. */
const SHOWN_AT_FIRST = ["roads", "facilities"];

/** A change of any of these changes what the lists hold. */
const NARROWING = ["focus", "unit", "severity", "department", "status", "hidden"];
/** A change of any of these changes how villages stand. */
const TURNING = ["line", "when", "preview"];

/** Lists that are not in sight are drawn when somebody turns to them. */
const undrawn = new Set();

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
  drawSubtitle(plan);
  byId("language").textContent = say("other_language");
  byId("language").lang = speech.language === "zh" ? "en" : "zh-CN";
  view.map.getContainer().setAttribute("role", "application");
  view.map.getContainer().setAttribute("aria-label", say("map_help"));
}

/** The day of the data, the profile, how much there is; then what the office puts on its maps. */
function drawSubtitle(plan) {
  const date = plan.date ? say("data_date", { date: plan.date }) : say("no_data_date");
  const size = say("size", { rules: view.data.rules.length, villages: view.data.units.ids.length, gaps: amount(view.data.gaps.id.length) });
  const lines = [date, say("profile", { profile: either(plan.profile) }), size].map((text) => make("span", {}, text));
  const approval = plan.approval ? make("span", {}, say("approval", { number: plan.approval })) : null;
  replaceAll(byId("subtitle"), lines, approval);
  byId("classification").hidden = !plan.classification;
  byId("classification").textContent = plan.classification;
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

/** Draw the list in sight, and the others once they are. */
function drawPanels() {
  for (const name of Object.keys(TABS)) undrawn.add(name);
  drawInSight();
}

function drawAllPanels() {
  for (const name of Object.keys(TABS)) TABS[name]();
  undrawn.clear();
}

function drawInSight() {
  if (undrawn.delete(view.tab)) TABS[view.tab]();
}

function drawEverything() {
  drawWords();
  drawBudget();
  drawLists();
}

/** What stands around the map but does not change its size. */
function drawLists() {
  drawTabs();
  drawFocus();
  drawLegend();
  drawPanels();
  drawScale();
}

function respond(what) {
  const changes = (names) => names.some((name) => name in what);
  const isNarrowed = changes(NARROWING);
  const isTurned = changes(TURNING);
  if ("tab" in what) drawTabs();
  if ("focus" in what) drawFocus();
  if (isNarrowed || isTurned || changes(["shown", "projectsShown"])) drawLegend();
  if (isTurned) drawBudget();
  if (isNarrowed) rowsShown = ROWS_AT_ONCE;
  if (isNarrowed || isTurned) drawPanels();
  else if ("tab" in what) drawInSight();
  else if ("chosen" in what) markChosen();
  if (isNarrowed) announce();
  if (changes(["focus", "unit", "shown", "department"]) || (isTurned && view.focus >= 0)) view.layer.redraw();
  else if (isTurned) view.layer.recolour();
  else if (changes(["severity", "status", "hidden", "chosen", "projectsShown"])) view.layer.redrawTop();
  if ("unit" in what && what.unit >= 0) zoomToRows(view.data.set(view.data.units.shapes), [what.unit]);
  if (changes(["unit", "focus", "tab"])) noteAddress();
}

function markChosen() {
  for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
  if (!view.chosen || view.chosen.kind !== "project") return;
  for (const row of document.querySelectorAll('tr[data-row="' + view.chosen.row + '"]')) row.classList.add("chosen");
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

/** How the page looks before anybody touches it. */
function setAsAtFirst() {
  for (const layer of view.data.layers) if (SHOWN_AT_FIRST.includes(layer.kind)) view.shown.add(layer.name);
  if (isPhone()) byId("legend").open = false;
  if (view.data.rules.length <= MOST_RULES_UNFOLDED) view.unfolded.add("gaps");
  view.line = view.data.plan.budget === null ? view.data.projects.id.length : affordable(view.data.plan.budget);
  Object.assign(view, asked());
}

async function start() {
  view.map = window.map_coverplan;
  view.data = await unpackData();
  setLanguage(view.data, view.data.plan.language);
  setAsAtFirst();
  setUpBudget();
  drawWords();
  drawBudget();
  view.map.invalidateSize({ animate: false, pan: false });
  zoomToAll();
  if (view.unit >= 0) zoomToRows(view.data.set(view.data.units.shapes), [view.unit]);
  setUpContrast();
  view.layer = new CanvasLayer([paintUnits, paintBase, paintTop]).addTo(view.map);
  view.map.on("click", showPicked);
  for (const setUp of [setUpFurniture, setUpSearch, setUpPrinting, setUpSheets, setUpAddress]) setUp();
  byId("focus").addEventListener("change", (event) => change({ focus: Number(event.target.value) }));
  byId("language").addEventListener("click", switchLanguage);
  byId("summary").addEventListener("click", () => openSummary(view.unit));
  byId("tabs").addEventListener("keydown", turnTab);
  whenChanged(respond);
  drawLists();
  document.documentElement.setAttribute("data-started", "");
}

start().catch((error) => {
  byId("too-old").hidden = false;
  throw error;
});
