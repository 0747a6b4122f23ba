/* Symbols, pins and names on the map: laid out by importance, and left out where they would lie on each other. */

const GROUP_PIXELS = [28, 48, 76]; // gap symbols nearer than this share a place: with few, many, very many in view
const MOST_IN_A_ROW = 5;
const PIXELS_A_PIN = 26000; // of the canvas for each pin, so that a phone shows fewer than a wall screen
const MOST_PINS = 30;
const PINS_AT_FIRST = 12; // where everything is in view
const PINS_BEFORE_NAMES = 3; // the first projects, and one looked at; the names of villages come before the others
const NAMES_FROM_ZOOM = 15.5; // facilities are named from here on
const PIN_LIFT = 8; // a pin stands on its gap's symbol, not over it
const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
// Where a name may stand: half its width to the right, pixels down, and how tall it is (with its verdict, or without).
const NAME_PLACES = [[0, 0, 32], [0, 30, 32], [0, -30, 32], [0.6, 0, 32], [-0.6, 0, 32], [0.8, 24, 32], [-0.8, 24, 32], [0.8, -24, 32], [-0.8, -24, 32], [0, 0, 17], [0, 22, 17], [0, -22, 17], [0, 40, 17], [1, 0, 17], [-1, 0, 17]];
const NAME_FONT = "bold 13px " + FONT;

// Where the symbols and pins of the last picture are, for clicks: {x, y, radius, kind, rows}.
let placedSymbols = [];

function isFree(taken, box) {
  return !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

function spotOf(frame, set, row) {
  if (set.partStart[row] === set.partStart[row + 1]) return null;
  const v = set.start[set.partStart[row]];
  const x = set.x[v] * frame.scale - frame.left;
  const y = set.y[v] * frame.scale - frame.top;
  return x < -20 || y < -20 || x > frame.width + 20 || y > frame.height + 20 ? null : [x, y];
}

/** Rows of the ranked list that may have a pin, the chosen one first and then by rank. */
function pinRows() {
  if (!view.projectsShown || showsTasks()) return [];
  const chosen = chosenRow("project");
  const rows = view.data.projects.id.map((id, row) => row).filter((row) => row !== chosen && projectShown(row));
  return chosen < 0 ? rows : [chosen].concat(rows);
}

function chosenRow(kind) {
  return view.chosen && view.chosen.kind === kind ? view.chosen.row : -1;
}

/** Places for at most `most` of these projects as numbered pins; one that would hide what is placed already is left out. */
function placePins(frame, taken, rows, most) {
  const pins = [];
  const projects = view.data.projects;
  const set = view.data.set(projects.spots);
  const chosen = chosenRow("project");
  for (const row of rows) {
    if (pins.length >= most) break;
    const spot = spotOf(frame, set, row);
    if (!spot || (row >= view.line && row !== chosen && frame.zoom < 15)) continue;
    const pin = placePin(taken, spot, String(projects.rank[row]));
    if (pin) pins.push(Object.assign(pin, { kind: "project", row, chosen: row === chosen, colour: "#17324d", filled: row < view.line }));
  }
  return pins.reverse();
}

function placePin(taken, spot, text) {
  const half = 6 + 3.6 * text.length;
  const box = [spot[0] - half, spot[1] - PIN_LIFT - 25, spot[0] + half, spot[1] - PIN_LIFT];
  if (!isFree(taken, box)) return null;
  taken.push(box);
  return { x: spot[0], y: spot[1] - PIN_LIFT, half, text };
}

/** Open tasks as pins with their light and number, those whose light is worst first. */
function placeTasks(frame, taken) {
  if (!showsTasks()) return [];
  const set = view.data.set(view.data.task_spots);
  const chosen = chosenRow("task");
  const pins = [];
  for (const row of openTasks()) {
    const task = view.data.tasks[row];
    const spot = spotOf(frame, set, row);
    const pin = spot && placePin(taken, spot, LIGHTS[task.lit].sign + task.id);
    if (pin) pins.push(Object.assign(pin, { kind: "task", row, chosen: row === chosen, colour: LIGHTS[task.lit].colour, filled: true }));
  }
  return pins.reverse();
}

function mostPins(frame) {
  return frame.zoom < view.wholeZoom + 0.7 ? PINS_AT_FIRST : Math.min(MOST_PINS, (frame.width * frame.height) / PIXELS_A_PIN);
}

function paintPin(pen, pin) {
  const top = pin.y - 26;
  pen.beginPath();
  pen.moveTo(pin.x, pin.y);
  pen.lineTo(pin.x - 5, pin.y - 8);
  pen.lineTo(pin.x - pin.half, pin.y - 8);
  pen.lineTo(pin.x - pin.half, top);
  pen.lineTo(pin.x + pin.half, top);
  pen.lineTo(pin.x + pin.half, pin.y - 8);
  pen.lineTo(pin.x + 5, pin.y - 8);
  pen.closePath();
  pen.lineJoin = "round";
  pen.lineWidth = pin.chosen ? 5 : 3;
  pen.strokeStyle = pin.chosen ? "#F0E442" : "#ffffff";
  pen.stroke();
  pen.fillStyle = pin.filled ? pin.colour : "#ffffff";
  pen.fill();
  if (!pin.filled || pin.chosen) {
    pen.lineWidth = 1.4;
    pen.strokeStyle = pin.colour;
    pen.stroke();
  }
  pen.font = "bold 12px " + FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = pin.filled ? "#ffffff" : pin.colour;
  pen.fillText(pin.text, pin.x, pin.y - 16.5);
  placedSymbols.push({ x: pin.x, y: pin.y - 16, radius: Math.max(13, pin.half), kind: pin.kind, rows: [pin.row] });
}

/** The gaps in view by the place where their symbols would stand; the more there are, the larger the places. */
function gapGroups(frame) {
  const gaps = view.data.gaps;
  const set = view.data.set(gaps.spots);
  const spots = [];
  for (let row = 0; row < gaps.id.length; row += 1) {
    const spot = gapShown(row) && !gapClosed(row) ? spotOf(frame, set, row) : null;
    if (spot) spots.push([row, spot[0], spot[1]]);
  }
  const side = GROUP_PIXELS[spots.length <= 80 ? 0 : spots.length <= 250 ? 1 : 2];
  const groups = new Map();
  for (const [row, x, y] of spots) {
    const key = Math.round((x + frame.left) / side) + ":" + Math.round((y + frame.top) / side);
    const group = groups.get(key) || { x: 0, y: 0, rows: [] };
    group.x += x;
    group.y += y;
    group.rows.push(row);
    groups.set(key, group);
  }
  return Array.from(groups.values(), (group) => ({ x: group.x / group.rows.length, y: group.y / group.rows.length, rows: group.rows }));
}

/** Gaps that stand close together stand in a row, or are one disc with their number. */
function paintGroup(frame, taken, group) {
  const rules = Array.from(new Set(group.rows.map((row) => view.data.gaps.rule[row])));
  const counted = group.rows.length > MOST_IN_A_ROW || (rules.length === 1 && group.rows.length > 1);
  const step = 15;
  const half = counted ? countRadius(group) : (step * group.rows.length) / 2;
  const tall = counted ? half : 8;
  const shift = [[0, 0], [0, 18], [0, -18], [half + 14, 0], [-half - 14, 0]].find((move) => isFree(taken, [group.x + move[0] - half, group.y + move[1] - tall, group.x + move[0] + half, group.y + move[1] + tall]));
  const x = group.x + (shift ? shift[0] : 0);
  const y = group.y + (shift ? shift[1] : 0);
  taken.push([x - half, y - tall, x + half, y + tall]);
  if (counted) {
    paintCount(frame, group, x, y, rules);
    return;
  }
  group.rows.forEach((row, i) => {
    const at = x + step * (i - (group.rows.length - 1) / 2);
    paintSymbol(frame.pen, ruleLook(view.data.gaps.rule[row]), at, y, 6);
    placedSymbols.push({ x: at, y, radius: 9, kind: "gap", rows: [row] });
  });
}

function countRadius(group) {
  return group.rows.length > 99 ? 14 : group.rows.length > 9 ? 12 : 10;
}

/** A disc with a number: in the rule's colour where all are of one rule, white where they are of several. */
function paintCount(frame, group, x, y, rules) {
  const pen = frame.pen;
  const radius = countRadius(group);
  const colour = rules.length === 1 ? ruleLook(rules[0]).colour : "#46525f";
  paintSymbol(pen, { shape: "circle", colour: rules.length === 1 ? colour : "#ffffff" }, x, y, radius);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.font = "bold 11px " + FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = rules.length === 1 ? "#ffffff" : colour;
  pen.fillText(String(group.rows.length), x, y + 0.5);
  placedSymbols.push({ x, y, radius: radius + 2, kind: "gap", rows: group.rows });
}

/** Places for the names of villages (with the verdict under each): the one looked at, then where most people are without. */
function placeNames(frame, taken) {
  const units = view.data.units;
  const set = view.data.set(units.spots);
  const people = view.focus >= 0 ? cardsNow()[view.focus].people_short : units.population;
  const order = units.ids.map((id, row) => row).sort((a, b) => (b === view.unit) - (a === view.unit) || (people[b] || 0) - (people[a] || 0));
  const names = [];
  for (const row of order) {
    const spot = spotOf(frame, set, row);
    const name = spot && placeName(frame, taken, row, spot, verdictLabel(unitVerdict(row)));
    if (name) names.push(name);
  }
  return names;
}

function placeName(frame, taken, row, spot, below) {
  const name = view.data.units.names[row];
  frame.pen.font = NAME_FONT;
  const narrow = frame.pen.measureText(name).width / 2 + 3;
  const wide = Math.max(narrow, below ? frame.pen.measureText(below).width / 2 : 0);
  for (const [right, down, tall] of below ? NAME_PLACES : NAME_PLACES.filter((place) => place[2] === 17)) {
    const half = tall > 17 ? wide : narrow;
    const x = spot[0] + right * half;
    const top = spot[1] + down - tall / 2;
    const box = [x - half, top, x + half, top + tall];
    if (!isFree(taken, box) || !liesInUnit(frame, row, x, top + 9)) continue;
    taken.push(box);
    return { name, below: tall > 17 ? below : "", x, top };
  }
  return null;
}

/** Does a point of the picture lie in that village, as far as it has a border? A name outside would be read as its neighbour's. */
function liesInUnit(frame, row, x, y) {
  const set = view.data.set(view.data.units.shapes);
  return !hasRings(set, row) || contains(set, row, (x + frame.left) / frame.scale, (y + frame.top) / frame.scale);
}

function paintName(pen, label) {
  pen.font = NAME_FONT;
  haloText(pen, label.name, label.x, label.top + 9, "#17222e");
  pen.font = "600 12px " + FONT;
  if (label.below) haloText(pen, label.below, label.x, label.top + 24, "#5a1a06");
}

/** With everything in view at once, gaps are drawn as they lie; a symbol on each would hide the map. */
function isOverview(frame) {
  return view.focus < 0 && view.unit < 0 && !view.department && view.hidden.size === 0 && frame.zoom < view.wholeZoom + 0.7;
}

/** Symbols below, then names, then pins; what matters most takes its room first. */
function paintMarks(frame) {
  placedSymbols = [];
  const taken = [];
  const rows = pinRows();
  const first = placePins(frame, taken, rows.slice(0, PINS_BEFORE_NAMES), PINS_BEFORE_NAMES);
  const tasks = placeTasks(frame, taken);
  const names = placeNames(frame, taken);
  const pins = placePins(frame, taken, rows.slice(PINS_BEFORE_NAMES), mostPins(frame) - first.length);
  if (!isOverview(frame)) for (const group of gapGroups(frame)) paintGroup(frame, taken, group);
  for (const name of names) paintName(frame.pen, name);
  if (frame.zoom >= NAMES_FROM_ZOOM) {
    for (const layer of view.data.layers) if (layer.kind === "facilities" && view.shown.has(layer.name)) nameFacilities(frame, taken, layer);
  }
  for (const pin of pins.concat(first, tasks)) paintPin(frame.pen, pin);
}

function nameFacilities(frame, taken, layer) {
  if (layer.names < 0 || layer.names === undefined) return;
  const names = view.data.column(layer.names);
  const set = view.data.set(layer.spots === undefined ? layer.shapes : layer.spots);
  const pen = frame.pen;
  pen.font = "12px " + FONT;
  for (const row of within(set, frame.edge)) {
    const spot = spotOf(frame, set, row);
    if (!spot || !names[row]) continue;
    const half = pen.measureText(names[row]).width / 2 + 2;
    const box = [spot[0] - half, spot[1] + 9, spot[0] + half, spot[1] + 24];
    if (!isFree(taken, box)) continue;
    taken.push(box);
    haloText(pen, names[row], spot[0], spot[1] + 17, "#2c3a49");
  }
}

function haloText(pen, text, x, y, colour) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = "rgba(255,255,255,.92)";
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}
