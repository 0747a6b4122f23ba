/* What is drawn, from the bottom up. The first half changes with the view, the second with what is chosen too. */

const DENSE_LINES = 6000; // more lines in view than this are drawn pixel by pixel
const DENSE_POINTS = 2500;
const STROKES_AT_ONCE = 400; // one long path takes a canvas far longer than several short ones
const SKIP_PIXELS = 0.8; // vertices nearer than this to the last one drawn are not seen

function paintBase(frame) {
  for (const layer of view.data.layers) if (layer.kind !== "roads" && view.shown.has(layer.name)) paintAreas(frame, layer);
  for (const layer of view.data.layers) if (layer.kind === "roads" && view.shown.has(layer.name)) paintRoads(frame, layer);
  paintUnitEdges(frame);
  if (view.focus >= 0 && isNow()) paintPlaces(frame, view.data.rules[view.focus]);
  for (const layer of view.data.layers) if (layer.kind !== "roads" && view.shown.has(layer.name)) paintSpots(frame, layer);
}

/** Put one part of a shape on the pen's path, without the vertices too near to be seen. */
function tracePart(frame, set, part) {
  const pen = frame.pen;
  const end = set.start[part + 1] - 1;
  let lastX = Infinity;
  let lastY = Infinity;
  for (let v = set.start[part]; v <= end; v += 1) {
    const x = set.x[v] * frame.scale - frame.left;
    const y = set.y[v] * frame.scale - frame.top;
    if (v === set.start[part]) pen.moveTo(x, y);
    else if (v === end || Math.abs(x - lastX) + Math.abs(y - lastY) > SKIP_PIXELS) pen.lineTo(x, y);
    else continue;
    lastX = x;
    lastY = y;
  }
}

/** Put the lines and rings of a shape on the pen's path (kind 1: line, 2: ring). */
function traceShape(frame, set, row) {
  for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) {
    if (set.kinds[part]) tracePart(frame, set, part);
  }
}

function hasRings(set, row) {
  return set.partStart[row] < set.partStart[row + 1] && set.kinds[set.partStart[row + 1] - 1] === 2;
}

function paintUnits(frame) {
  const set = view.data.set(view.data.units.shapes);
  const hatch = hatchPattern(frame.pen, look().hatch[0], look().hatch[1]);
  // From near, streets and gaps matter more than the colour of the village they lie in.
  const strength = Math.max(0.45, Math.min(1, 1 - 0.25 * (frame.zoom - view.wholeZoom - 1))) * (tilesShown() ? 0.6 : 1);
  for (const unit of within(set, frame.edge)) {
    const shade = unitVerdict(unit).shade;
    frame.pen.beginPath();
    traceShape(frame, set, unit);
    frame.pen.fillStyle = fillOf(shade, hatch);
    frame.pen.globalAlpha = strength * (view.unit < 0 ? 0.85 : view.unit === unit ? 0.6 : 0.25);
    frame.pen.fill("evenodd");
  }
  frame.pen.globalAlpha = 1;
}

function paintUnitEdges(frame) {
  const set = view.data.set(view.data.units.shapes);
  frame.pen.beginPath();
  for (const unit of within(set, frame.edge)) traceShape(frame, set, unit);
  frame.pen.lineJoin = "round";
  frame.pen.strokeStyle = "#ffffff";
  frame.pen.lineWidth = 2.6;
  frame.pen.stroke();
  frame.pen.strokeStyle = look().edge;
  frame.pen.lineWidth = look().edgeWidth;
  frame.pen.stroke();
}

function paintAreas(frame, layer) {
  if (layer.shapes === undefined) return;
  const set = view.data.set(layer.shapes);
  frame.pen.beginPath();
  for (const row of within(set, frame.edge)) if (hasRings(set, row)) traceShape(frame, set, row);
  frame.pen.fillStyle = "rgba(120,160,120,.35)";
  frame.pen.fill("evenodd");
}

function paintRoads(frame, layer) {
  if (layer.shapes === undefined) return;
  const set = view.data.set(layer.shapes);
  const ranks = view.data.column(layer.rank);
  const rows = within(set, frame.edge);
  const byRank = [[], [], [], []];
  for (const row of rows) byRank[ranks[row]].push(row);
  if (rows.length > DENSE_LINES) {
    const sheet = pixelSheet(frame);
    for (const rank of [3, 2, 1, 0]) plotLines(sheet, frame, set, byRank[rank], rank < 2 ? "#6f7882" : "#8c949d", [255, 230, 120, 80][rank]);
    paintSheet(sheet, frame);
    return;
  }
  for (const casing of [true, false]) {
    for (const rank of [3, 2, 1, 0]) strokeRoads(frame, set, byRank[rank], roadWidth(rank, frame.zoom), casing);
  }
}

/** Wide roads are white between two edges, narrow ones a single grey line. */
function strokeRoads(frame, set, rows, width, casing) {
  const wide = width >= 2.6;
  if (casing && !wide) return;
  const colour = casing ? "#9aa2ab" : wide ? "#ffffff" : "rgba(105,114,124,.75)";
  strokeShapes(frame, set, rows, colour, casing ? width + 1.6 : wide ? width : Math.max(0.7, width * 0.6));
}

function strokeShapes(frame, set, rows, colour, width) {
  const pen = frame.pen;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  for (let from = 0; from < rows.length; from += STROKES_AT_ONCE) {
    pen.beginPath();
    const to = Math.min(rows.length, from + STROKES_AT_ONCE);
    for (let k = from; k < to; k += 1) traceShape(frame, set, rows[k]);
    pen.stroke();
  }
}

/** The places a rule judged, each in the colour and form of its status. */
function paintPlaces(frame, rule) {
  const set = view.data.set(rule.drawn.shapes);
  if (rule.drawn.shapes === view.data.units.shapes || (set.count && hasRings(set, 0))) return; // villages are coloured already
  const status = statusOfRows(rule);
  const groups = [[], [], [], []];
  for (const row of within(set, frame.edge)) groups[status[row]].push(row);
  const lines = set.kinds.length && set.kinds[0] === 1;
  for (const state of [1, 3, 2]) {
    const colour = STATUS_COLOURS[STATES[state]];
    if (lines) placeLines(frame, set, groups[state], colour, state);
    else placePoints(frame, set, groups[state], colour, state);
  }
}

function placeLines(frame, set, rows, colour, state) {
  if (rows.length > DENSE_LINES) {
    const sheet = pixelSheet(frame);
    plotLines(sheet, frame, set, rows, colour, 255);
    paintSheet(sheet, frame);
    return;
  }
  frame.pen.setLineDash(state === 3 ? [5, 4] : []);
  strokeShapes(frame, set, rows, colour, state === 2 ? 2.4 : 1.8);
  frame.pen.setLineDash([]);
}

function placePoints(frame, set, rows, colour, state) {
  if (rows.length > DENSE_POINTS) {
    const sheet = pixelSheet(frame);
    plotPoints(sheet, frame, set, rows, colour, state === 2 ? 3 : 2);
    paintSheet(sheet, frame);
    return;
  }
  const shape = ["circle", "circle", "triangle", "square"][state];
  const radius = Math.max(1.8, Math.min(5, 2.4 + 0.6 * (frame.zoom - 14))) * (state === 2 ? 1.25 : 1);
  frame.pen.fillStyle = colour;
  forEachPoint(frame, set, rows, (x, y) => {
    traceSymbol(frame.pen, shape, x, y, radius);
    frame.pen.fill();
  });
}

function forEachPoint(frame, set, rows, paint) {
  for (const row of rows) {
    const v = set.start[set.partStart[row]];
    paint(set.x[v] * frame.scale - frame.left, set.y[v] * frame.scale - frame.top, row);
  }
}

/** Return the status byte of each row of the rule's set of shapes (0: the rule does not judge that row). */
function statusOfRows(rule) {
  if (rule.statusOfRows) return rule.statusOfRows;
  const rows = view.data.column(rule.drawn.rows);
  const status = view.data.column(rule.drawn.status);
  rule.statusOfRows = new Uint8Array(view.data.set(rule.drawn.shapes).count);
  rule.placeOfRows = new Int32Array(rule.statusOfRows.length).fill(-1);
  for (let place = 0; place < rows.length; place += 1) {
    rule.statusOfRows[rows[place]] = status[place];
    rule.placeOfRows[rows[place]] = place;
  }
  return rule.statusOfRows;
}

/** Facilities, lamps, cameras and other points. */
function paintSpots(frame, layer) {
  if (layer.shapes === undefined) return;
  const set = view.data.set(layer.spots === undefined ? layer.shapes : layer.spots);
  if (!set.kinds.length || set.kinds[0] !== 0) return;
  const rows = within(set, frame.edge);
  if (rows.length > DENSE_POINTS) {
    const sheet = pixelSheet(frame);
    if (layer.status === undefined) plotPoints(sheet, frame, set, rows, "#4a6f8f", 2);
    else densePoints(sheet, frame, set, rows, view.data.column(layer.status));
    paintSheet(sheet, frame);
  } else if (layer.kind === "devices") paintDevices(frame, layer, set, rows);
  else if (layer.kind === "demand") paintHomes(frame, set, rows);
  else paintFacilities(frame, layer, set, rows);
}

function densePoints(sheet, frame, set, rows, status) {
  const groups = [[], [], [], []];
  for (const row of rows) groups[status[row]].push(row);
  for (const state of [0, 3, 1, 2]) plotPoints(sheet, frame, set, groups[state], DEVICE_COLOURS[DEVICE_STATES[state]], 2);
}

/** A working device is a filled disc, a broken one a cross, one nobody knows about a ring. */
function paintDevices(frame, layer, set, rows) {
  const status = layer.status === undefined ? null : view.data.column(layer.status);
  const radius = Math.max(1.5, Math.min(5, 1.9 + 0.8 * (frame.zoom - 14)));
  const pen = frame.pen;
  pen.lineWidth = 1.4;
  forEachPoint(frame, set, rows, (x, y, row) => {
    const state = DEVICE_STATES[status ? status[row] : 1];
    pen.beginPath();
    if (state === "broken") {
      pen.moveTo(x - radius, y - radius);
      pen.lineTo(x + radius, y + radius);
      pen.moveTo(x + radius, y - radius);
      pen.lineTo(x - radius, y + radius);
    } else pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = pen.strokeStyle = DEVICE_COLOURS[state];
    if (state === "working") pen.fill();
    else pen.stroke();
  });
}

function paintHomes(frame, set, rows) {
  frame.pen.fillStyle = "rgba(70,84,99,.55)";
  const side = Math.max(1.6, Math.min(5, 2 + 0.7 * (frame.zoom - 14)));
  forEachPoint(frame, set, rows, (x, y) => frame.pen.fillRect(x - side / 2, y - side / 2, side, side));
}

function paintFacilities(frame, layer, set, rows) {
  const category = layer.category === undefined ? null : view.data.column(layer.category);
  const radius = Math.max(3, Math.min(7.5, 4 + 0.9 * (frame.zoom - 14)));
  forEachPoint(frame, set, rows, (x, y, row) => {
    paintSymbol(frame.pen, categoryLook(category ? layer.categories[category[row] - 1] : ""), x, y, radius);
  });
}

function paintTop(frame) {
  paintGapShapes(frame);
  paintChosen(frame);
  paintMarks(frame);
}

function paintGapShapes(frame) {
  const data = view.data;
  const set = data.set(data.gaps.shapes);
  const rows = within(set, frame.edge).filter(gapShown);
  const byRule = data.rules.map(() => []);
  const closed = [];
  for (const row of rows) {
    if (isWholeUnit(row)) continue;
    if (gapClosed(row)) closed.push(row);
    else byRule[data.gaps.rule[row]].push(row);
  }
  frame.pen.setLineDash([6, 3]);
  paintRuleGaps(frame, set, closed, CLOSED_COLOUR);
  frame.pen.setLineDash([]);
  byRule.forEach((gaps, rule) => paintRuleGaps(frame, set, gaps, ruleLook(rule).colour));
}

/** A gap that is a whole village has its symbol; drawing its border again would only hide its neighbours'. */
function isWholeUnit(row) {
  const gaps = view.data.gaps;
  if (gaps.unit[row] < 0) return false;
  const set = view.data.set(gaps.shapes);
  const units = view.data.set(view.data.units.shapes);
  for (let side = 0; side < 4; side += 1) if (set.box[4 * row + side] !== units.box[4 * gaps.unit[row] + side]) return false;
  return true;
}

function paintRuleGaps(frame, set, rows, colour) {
  const lineWidth = Math.max(2.4, Math.min(7, 3 + 0.7 * (frame.zoom - 14)));
  strokeShapes(frame, set, rows, "#ffffff", lineWidth + 2.4);
  strokeShapes(frame, set, rows, colour, lineWidth);
  const pen = frame.pen;
  pen.fillStyle = colour;
  for (const row of rows) {
    if (hasRings(set, row)) {
      pen.globalAlpha = 0.13;
      pen.beginPath();
      traceShape(frame, set, row);
      pen.fill("evenodd");
      pen.globalAlpha = 1;
    }
    paintDots(frame, set, row, Math.max(1.6, Math.min(4.5, 2 + 0.6 * (frame.zoom - 14))));
  }
}

/** The single points of a shape (homes without, for instance). */
function paintDots(frame, set, row, radius) {
  for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) {
    if (set.kinds[part]) continue;
    const v = set.start[part];
    frame.pen.beginPath();
    frame.pen.arc(set.x[v] * frame.scale - frame.left, set.y[v] * frame.scale - frame.top, radius, 0, 2 * Math.PI);
    frame.pen.fill();
  }
}

function paintChosen(frame) {
  if (view.unit >= 0) outline(frame, view.data.set(view.data.units.shapes), view.unit);
  const chosen = view.chosen;
  if (!chosen) return;
  if (chosen.kind === "unit") outline(frame, view.data.set(view.data.units.shapes), chosen.row);
  const gaps = chosen.kind === "gap" ? [chosen.row] : chosen.kind === "project" ? view.data.projects.gaps[chosen.row] : chosen.kind === "task" ? view.data.tasks[chosen.row].gaps : [];
  for (const gap of gaps) outline(frame, view.data.set(view.data.gaps.shapes), gap);
  if (chosen.kind === "project") outline(frame, view.data.set(view.data.projects.shapes), chosen.row);
}

function outline(frame, set, row) {
  strokeShapes(frame, set, [row], "#14202e", 6.5);
  strokeShapes(frame, set, [row], "#F0E442", 3.2);
  frame.pen.fillStyle = "#14202e";
  paintDots(frame, set, row, 6);
  frame.pen.fillStyle = "#F0E442";
  paintDots(frame, set, row, 3.6);
}
