/* Symbols, pins and names on the map: laid out by importance, and left out where they would lie on each other. */

const GROUP_PIXELS = 26; // gap symbols nearer than this stand in a row, or in one disc with their number
const MOST_IN_A_ROW = 5;
const PIN_LIFT = 8; // a pin stands on its gap's symbol, not over it
const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC",sans-serif';

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

/** Projects as numbered pins, best rank first; those that would hide a better one are small dots. */
function placePins(frame, taken) {
  placedSymbols = [];
  if (!view.projectsShown) return;
  const projects = view.data.projects;
  const set = view.data.set(projects.spots);
  const chosen = view.chosen && view.chosen.kind === "project" ? view.chosen.row : -1;
  const order = projects.id.map((id, row) => row).filter((row) => row === chosen || projectShown(row));
  if (chosen >= 0) order.sort((a, b) => (b === chosen) - (a === chosen));
  const pins = [];
  for (const row of order) {
    const spot = spotOf(frame, set, row);
    if (!spot || (!projects.in_budget[row] && row !== chosen && frame.zoom < 15)) continue;
    const text = String(projects.rank[row]);
    const half = 6 + 3.6 * text.length;
    const box = [spot[0] - half, spot[1] - PIN_LIFT - 25, spot[0] + half, spot[1] - PIN_LIFT];
    if (!isFree(taken, box)) continue;
    taken.push(box);
    pins.push({ x: spot[0], y: spot[1] - PIN_LIFT, half, text, row });
  }
  for (const pin of pins.reverse()) paintPin(frame.pen, pin, projects.in_budget[pin.row], pin.row === chosen);
}

function paintPin(pen, pin, funded, chosen) {
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
  pen.lineWidth = chosen ? 5 : 3;
  pen.strokeStyle = chosen ? "#F0E442" : "#ffffff";
  pen.stroke();
  pen.fillStyle = funded ? "#17324d" : "#ffffff";
  pen.fill();
  if (!funded || chosen) {
    pen.lineWidth = 1.4;
    pen.strokeStyle = "#17324d";
    pen.stroke();
  }
  pen.font = "bold 12px " + FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = funded ? "#ffffff" : "#17324d";
  pen.fillText(pin.text, pin.x, pin.y - 16.5);
  placedSymbols.push({ x: pin.x, y: pin.y - 16, radius: Math.max(13, pin.half), kind: "project", rows: [pin.row] });
}

/** The symbols of the gaps in view; those that stand close together share a place. */
function placeGapSymbols(frame, taken) {
  const gaps = view.data.gaps;
  const set = view.data.set(gaps.spots);
  const groups = new Map();
  for (let row = 0; row < gaps.id.length; row += 1) {
    if (!gapShown(row)) continue;
    const spot = spotOf(frame, set, row);
    if (!spot) continue;
    const key = Math.round((spot[0] + frame.left) / GROUP_PIXELS) + ":" + Math.round((spot[1] + frame.top) / GROUP_PIXELS);
    const group = groups.get(key) || { x: 0, y: 0, rows: [] };
    group.x += spot[0];
    group.y += spot[1];
    group.rows.push(row);
    groups.set(key, group);
  }
  for (const group of groups.values()) paintGroup(frame, taken, group);
}

function paintGroup(frame, taken, group) {
  const x = group.x / group.rows.length;
  const y = group.y / group.rows.length;
  const rules = Array.from(new Set(group.rows.map((row) => view.data.gaps.rule[row])));
  if (group.rows.length > MOST_IN_A_ROW || (rules.length === 1 && group.rows.length > 1)) {
    paintCount(frame, taken, group, x, y, rules);
    return;
  }
  const step = 15;
  group.rows.forEach((row, i) => {
    const at = x + step * (i - (group.rows.length - 1) / 2);
    paintSymbol(frame.pen, ruleLook(view.data.gaps.rule[row]), at, y, 6);
    placedSymbols.push({ x: at, y, radius: 9, kind: "gap", rows: [row] });
  });
  const half = (step * group.rows.length) / 2;
  taken.push([x - half, y - 8, x + half, y + 8]);
}

function paintCount(frame, taken, group, x, y, rules) {
  const pen = frame.pen;
  const radius = group.rows.length > 99 ? 15 : group.rows.length > 9 ? 12.5 : 10.5;
  const look = rules.length === 1 ? ruleLook(rules[0]) : { shape: "circle", colour: "#46525f" };
  paintSymbol(pen, { shape: "circle", colour: look.colour }, x, y, radius);
  pen.font = "bold 11px " + FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "#ffffff";
  pen.fillText(String(group.rows.length), x, y + 0.5);
  taken.push([x - radius, y - radius, x + radius, y + radius]);
  placedSymbols.push({ x, y, radius: radius + 2, kind: "gap", rows: group.rows });
}

/** Names of villages (with the verdict under each), the most peopled first, and of facilities when near enough. */
function paintLabels(frame, taken) {
  const units = view.data.units;
  const set = view.data.set(units.spots);
  const order = units.ids.map((id, row) => row).sort((a, b) => (b === view.unit) - (a === view.unit) || (units.population[b] || 0) - (units.population[a] || 0));
  for (const row of order) {
    const spot = spotOf(frame, set, row);
    if (spot) placeName(frame, taken, spot, units.names[row], verdictLabel(unitVerdict(row)));
  }
  if (frame.zoom < 15.5) return;
  for (const layer of view.data.layers) if (layer.kind === "facilities" && view.shown.has(layer.name)) nameFacilities(frame, taken, layer);
}

function placeName(frame, taken, spot, name, below) {
  const pen = frame.pen;
  pen.font = "bold 13px " + FONT;
  const half = pen.measureText(name).width / 2 + 3;
  const tall = below ? 32 : 17;
  for (const shift of [0, -30, 30, -50, 50]) {
    const top = spot[1] + shift - tall / 2;
    const box = [spot[0] - half, top, spot[0] + half, top + tall];
    if (!isFree(taken, box)) continue;
    taken.push(box);
    haloText(pen, name, spot[0], top + 9, "#17222e");
    pen.font = "600 12px " + FONT;
    if (below) haloText(pen, below, spot[0], top + 24, "#5a1a06");
    return;
  }
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
