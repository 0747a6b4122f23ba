/* Paper: the map gets a fixed size while it is printed, since Leaflet would leave grey edges otherwise. */

// Width and height that the map takes on each sheet, in millimetres (the margins are those of print.css), and how many rows
// of a table a village's sheet has room for.
const PAPERS = {
  "a4-portrait": { page: "A4 portrait", width: 184, height: 126, rows: 31 },
  "a4-landscape": { page: "A4 landscape", width: 271, height: 146, rows: 16 },
  "a3-landscape": { page: "A3 landscape", width: 394, height: 220, rows: 31 },
};
const VILLAGE_MAP_WIDTH = 0.42; // of the sheet's
const VILLAGE_MAP_HEIGHT = 0.85; // of its width
const ROW_MM = 6.7;
const MOST_ON_SHEET = 12;
const PAPER_PIXELS_A_MM = 96 / 25.4;
const paper = { size: "a4-portrait", what: "view", rule: -1 };

function setUpPrinting() {
  byId("print").addEventListener("click", openPrint);
  window.addEventListener("beforeprint", preparePaper);
  window.addEventListener("afterprint", restoreScreen);
}

/** Ask for the sheet and what goes on it. */
function openPrint() {
  const villages = view.data.units.ids.length;
  const whats = ["view", "all"].concat(view.unit >= 0 ? ["village"] : [], villages ? ["villages"] : []);
  if (!whats.includes(paper.what)) paper.what = "view";
  const radios = (name, values) => make("fieldset", {}, make("legend", {}, say("paper_" + name)), values.map((value) => make("label", {}, make("input", { type: "radio", name, value, checked: paper[name] === value, onchange: () => (paper[name] = value) }), say("paper_" + value, { villages }))));
  openSheet(say("print"), radios("what", whats), radios("size", Object.keys(PAPERS)), make("p", {}, make("button", { type: "button", class: "main", onclick: () => printNow(paper.what) }, say("print"))));
}

function printNow(what) {
  paper.what = what;
  closeSheet();
  window.print();
}

function preparePaper() {
  if (view.printing) return;
  view.printing = { bounds: view.map.getBounds(), whole: view.map.getZoom() <= view.wholeZoom, legend: byId("legend").open };
  closePopup();
  setPaper(PAPERS[paper.size]);
  if (paper.what === "village" || paper.what === "villages") printVillages();
  else printView();
}

function printView() {
  byId("legend").open = true;
  for (const part of document.querySelectorAll("#panel details.notes")) part.open = true;
  drawAllPanels();
  drawLegend();
  settleMap();
  view.layer.redraw();
}

function settleMap() {
  view.map.invalidateSize({ animate: false, pan: false });
  if (view.printing ? view.printing.whole : false) zoomToAll();
  else if (view.printing) view.map.fitBounds(view.printing.bounds, { animate: false });
}

/** Put the sheet's size into the style sheet, which a script may change though it may not write one. */
function setPaper(sheet) {
  const root = document.documentElement;
  root.classList.add("printing", "print-" + paper.what, "paper-" + paper.size);
  const style = Array.from(document.styleSheets).pop();
  paper.rule = style.insertRule("@page { size: " + sheet.page + "; }", style.cssRules.length);
}

function restoreScreen() {
  if (!view.printing) return;
  const before = view.printing;
  view.printing = null;
  document.documentElement.classList.remove("printing", "print-" + paper.what, "paper-" + paper.size);
  Array.from(document.styleSheets).pop().deleteRule(paper.rule);
  replaceAll(byId("sheets"));
  byId("legend").open = before.legend;
  drawAllPanels();
  drawLegend();
  view.map.invalidateSize({ animate: false, pan: false });
  if (before.whole) zoomToAll();
  else view.map.fitBounds(before.bounds, { animate: false });
  view.layer.redraw();
}

/** One sheet for each village: its name, its map, its scorecard, its gaps and projects. */
function printVillages() {
  const units = paper.what === "village" ? [view.unit] : view.data.units.ids.map((id, unit) => unit);
  replaceAll(byId("sheets"), units.map((unit) => make("article", { class: "village-sheet" }, make("p", { class: "hint" }, [document.title, dateLine()].join(" · ")), villagePage(unit, villageMap(unit)))));
}

/** How many gaps, and how many projects, a village's one sheet has room for; across, the two lists stand side by side. */
function rowsOnSheet() {
  const sheet = PAPERS[paper.size];
  const map = (VILLAGE_MAP_WIDTH * VILLAGE_MAP_HEIGHT * sheet.width) / ROW_MM;
  const left = sheet.rows - Math.max(view.data.rules.length, map);
  return Math.max(1, Math.min(MOST_ON_SHEET, Math.floor(paper.size === "a4-portrait" ? left / 2 : left)));
}

/** Return a picture of the village, drawn as on the map, half as wide as the sheet. */
function villageMap(unit) {
  const wide = Math.round(VILLAGE_MAP_WIDTH * PAPERS[paper.size].width * PAPER_PIXELS_A_MM);
  const canvas = make("canvas", { class: "village-map", role: "img", "aria-label": view.data.units.names[unit] });
  drawVillageMap(canvas, unit, wide, Math.round(VILLAGE_MAP_HEIGHT * wide));
  return canvas;
}

function drawVillageMap(canvas, unit, width, height) {
  const set = view.data.set(view.data.units.shapes);
  const edge = growEdge({ west: Infinity, north: Infinity, east: -Infinity, south: -Infinity }, set, unit);
  canvas.width = width * SHARPEST;
  canvas.height = height * SHARPEST;
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  if (edge.west > edge.east) return;
  const scale = 0.92 * Math.min(width / Math.max(1, edge.east - edge.west), height / Math.max(1, edge.south - edge.north));
  const left = ((edge.west + edge.east) / 2) * scale - width / 2;
  const top = ((edge.north + edge.south) / 2) * scale - height / 2;
  const zoom = Math.log2((scale * Math.pow(2, view.data.grid.bits)) / 256);
  const shown = { west: left / scale, north: top / scale, east: (left + width) / scale, south: (top + height) / scale };
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.setTransform(SHARPEST, 0, 0, SHARPEST, 0, 0);
  const frame = { scale, left, top, width, height, ratio: SHARPEST, zoom, edge: shown, corner: L.point(0, 0), pen, canvas };
  const before = view.unit;
  view.unit = unit;
  for (const paint of [paintUnits, paintBase, paintTop]) paint(frame);
  view.unit = before;
  pen.globalCompositeOperation = "destination-over";
  pen.fillStyle = BACKGROUND;
  pen.fillRect(0, 0, width, height);
}
