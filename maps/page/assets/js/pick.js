/* What lies under a click, the uppermost first. */

const NEAR_PIXELS = 9;
// A card of what has a pin stands above the pin and leaves it in sight.
const PIN_HEIGHT = 36;
const PIN_SPOTS = { project: () => view.data.projects.spots, task: () => view.data.task_spots };

/** Return {kind, row or rows, …} of what is at that point of the map, or null. */
function pickAt(event) {
  const frame = view.layer._frame;
  if (!frame) return null;
  const x = event.layerPoint.x - frame.corner.x;
  const y = event.layerPoint.y - frame.corner.y;
  return pickSymbol(x, y) || pickShape(frame, x, y) || pickSpot(frame, x, y) || pickPlace(frame, x, y) || pickUnit(frame, x, y);
}

function pickSymbol(x, y) {
  for (let i = placedSymbols.length - 1; i >= 0; i -= 1) {
    const symbol = placedSymbols[i];
    if (Math.hypot(symbol.x - x, symbol.y - y) <= symbol.radius) {
      if (symbol.rows.length > 1) return { kind: "gaps", rows: symbol.rows };
      return { kind: symbol.kind, row: symbol.rows[0], pin: PIN_SPOTS[symbol.kind] ? spotLatLng(PIN_SPOTS[symbol.kind](), symbol.rows[0]) : null };
    }
  }
  return null;
}

function pickShape(frame, x, y) {
  const set = view.data.set(view.data.gaps.shapes);
  const row = nearest(frame, set, x, y, (gap) => gapShown(gap) && !isWholeUnit(gap));
  return row < 0 ? null : { kind: "gap", row };
}

function pickSpot(frame, x, y) {
  for (const layer of view.data.layers.slice().reverse()) {
    if (layer.shapes === undefined || layer.kind === "roads" || !view.shown.has(layer.name)) continue;
    const set = view.data.set(layer.spots === undefined ? layer.shapes : layer.spots);
    const row = nearest(frame, set, x, y, () => true);
    if (row >= 0) return { kind: "feature", layer, row };
  }
  return null;
}

function pickPlace(frame, x, y) {
  if (view.focus < 0) return null;
  const rule = view.data.rules[view.focus];
  const status = statusOfRows(rule);
  const set = view.data.set(rule.drawn.shapes);
  if (set.count && hasRings(set, 0)) return null;
  const row = nearest(frame, set, x, y, (place) => status[place] > 0);
  return row < 0 ? null : { kind: "place", rule: view.focus, row: rule.placeOfRows[row] };
}

function pickUnit(frame, x, y) {
  const set = view.data.set(view.data.units.shapes);
  const gx = (x + frame.left) / frame.scale;
  const gy = (y + frame.top) / frame.scale;
  for (const unit of within(set, { west: gx, east: gx, north: gy, south: gy })) if (contains(set, unit, gx, gy)) return { kind: "unit", row: unit };
  return null;
}

/** Return the row nearest to the point, within a finger's breadth, or -1. */
function nearest(frame, set, x, y, fits) {
  const reach = NEAR_PIXELS / frame.scale;
  const gx = (x + frame.left) / frame.scale;
  const gy = (y + frame.top) / frame.scale;
  let best = -1;
  let least = reach;
  for (const row of within(set, { west: gx - reach, east: gx + reach, north: gy - reach, south: gy + reach })) {
    if (!fits(row)) continue;
    const far = contains(set, row, gx, gy) ? 0 : distanceTo(set, row, gx, gy);
    if (far < least) {
      least = far;
      best = row;
    }
  }
  return best;
}

function distanceTo(set, row, x, y) {
  let least = Infinity;
  for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) {
    for (let v = set.start[part]; v < set.start[part + 1]; v += 1) {
      const next = v + 1 < set.start[part + 1] ? v + 1 : v;
      least = Math.min(least, segmentDistance(x, y, set.x[v], set.y[v], set.x[next], set.y[next]));
    }
  }
  return least;
}

function segmentDistance(x, y, x0, y0, x1, y1) {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const along = dx || dy ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

/** Is the point inside the rings of this shape (even-odd, so that holes are outside)? */
function contains(set, row, x, y) {
  let inside = false;
  for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) {
    if (set.kinds[part] !== 2) continue;
    for (let v = set.start[part], last = set.start[part + 1] - 1; v < set.start[part + 1]; last = v, v += 1) {
      const crosses = set.y[v] > y !== set.y[last] > y;
      if (crosses && x < ((set.x[last] - set.x[v]) * (y - set.y[v])) / (set.y[last] - set.y[v]) + set.x[v]) inside = !inside;
    }
  }
  return inside;
}
