/* What a reader takes away: lists as CSV and XLSX, a summary to paste into a message, a village as GeoJSON. */

/** Offer these pieces of a file for download under that name. */
function offer(name, type, pieces) {
  const address = URL.createObjectURL(new Blob(pieces, { type }));
  const anchor = make("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** A name that every system allows as a file's. */
function fileName(...parts) {
  return parts.join("-").replace(/[\\/:*?"<>|\u0000-\u001f.\s]+/g, "_").slice(0, 80);
}

function takeList(kind, form) {
  const rows = kind === "gaps" ? gapCells() : projectCells();
  const title = say(kind + "_title");
  const name = fileName(view.data.plan.name, title) + "." + form;
  if (form === "csv") offer(name, "text/csv", ["\ufeff" + rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n"]);
  else offer(name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook(title, rows));
}

/** Text that a spreadsheet would run as a formula gets an apostrophe before it, as in the tables of the run. */
function csvCell(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? "'" + value : String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function cellNumber(value) {
  return value === "inf" ? say("unreachable") : value;
}

/** The projects that the list shows now, as rows of a table with its head. */
function projectCells() {
  const data = view.data;
  const projects = data.projects;
  const head = ["rank", "project_id", "project", "village", "rule", "amount", "unit_column", "people_served", "cost_yuan", "cost_low_yuan", "cost_high_yuan", "cost_year_yuan", "cumulative_yuan", "status", "gap_ids", "why"];
  const rows = listed(projectShown, projects.id.length).map((row) => [
    projects.rank[row],
    projects.id[row],
    either(projects.name[row]),
    data.units.names[projects.unit[row]],
    projects.rules[row].map(ruleName).join("; "),
    cellNumber(projects.amount[row]),
    wordFor("unit", projects.unit_word[row]),
    projects.people[row],
    projects.cost[row][1],
    projects.cost[row][0],
    projects.cost[row][2],
    projects.cost[row][3],
    projects.cumulative[row],
    say("status_" + projectStatus(row)),
    projects.gaps[row].map((gap) => data.gaps.id[gap]).join("; "),
    either(projects.why[row]),
  ]);
  return [head.map((key) => say(key))].concat(rows);
}

function gapCells() {
  const data = view.data;
  const gaps = data.gaps;
  const spots = data.set(gaps.spots);
  const head = ["gap_id", "gap", "village", "rule", "severity", "missing", "unit_column", "people", "status", "longitude", "latitude", "reason_column"];
  const rows = gapOrder().filter(gapShown).map((row) => {
    const place = firstVertex(spots, row);
    return [gaps.id[row], gaps.name[row], data.units.names[gaps.unit[row]], ruleName(gaps.rule[row]), gaps.severity[row], cellNumber(gaps.amount[row]), wordFor("unit", gaps.unit_word[row]), gaps.people[row], say("status_" + gapStatus(row)), place && place[0], place && place[1], either(gaps.reason[row])];
  });
  return [head.map((key) => say(key))].concat(rows);
}

const DEGREE_DIGITS = 7; // about a centimetre

function firstVertex(set, row) {
  return set.partStart[row] === set.partStart[row + 1] ? null : degrees(set, set.start[set.partStart[row]]);
}

function degrees(set, vertex) {
  const place = latLngOf(set.x[vertex], set.y[vertex]);
  return [Number(place.lng.toFixed(DEGREE_DIGITS)), Number(place.lat.toFixed(DEGREE_DIGITS))];
}

/** A shape as a GeoJSON geometry: its points, lines and rings, each ring a polygon or a hole of the one it lies in. */
function geometryOf(set, row) {
  const kinds = { points: [], lines: [], rings: [] };
  for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) {
    const vertices = [];
    for (let v = set.start[part]; v < set.start[part + 1]; v += 1) vertices.push(degrees(set, v));
    if (set.kinds[part] === 0) kinds.points.push(vertices[0]);
    else kinds[set.kinds[part] === 1 ? "lines" : "rings"].push(vertices);
  }
  const geometries = [];
  if (kinds.points.length) geometries.push(kinds.points.length === 1 ? { type: "Point", coordinates: kinds.points[0] } : { type: "MultiPoint", coordinates: kinds.points });
  if (kinds.lines.length) geometries.push(kinds.lines.length === 1 ? { type: "LineString", coordinates: kinds.lines[0] } : { type: "MultiLineString", coordinates: kinds.lines });
  if (kinds.rings.length) geometries.push(polygonsOf(kinds.rings));
  return geometries.length === 1 ? geometries[0] : geometries.length ? { type: "GeometryCollection", geometries } : null;
}

/** Outer rings run anticlockwise and come before their holes (RFC 7946, 3.1.6). */
function polygonsOf(rings) {
  const polygons = [];
  for (const ring of rings) {
    const owner = polygons.find((polygon) => ringHolds(polygon[0], ring[0]));
    if (owner) owner.push(turned(ring, false));
    else polygons.push([turned(ring, true)]);
  }
  return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
}

function turned(ring, anticlockwise) {
  let area = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) area += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return area > 0 === anticlockwise ? ring : ring.slice().reverse();
}

function ringHolds(ring, point) {
  let inside = false;
  for (let i = 0, last = ring.length - 1; i < ring.length; last = i, i += 1) {
    if (ring[i][1] > point[1] !== ring[last][1] > point[1] && point[0] < ((ring[last][0] - ring[i][0]) * (point[1] - ring[i][1])) / (ring[last][1] - ring[i][1]) + ring[i][0]) inside = !inside;
  }
  return inside;
}

/** A village with its gaps and projects, in WGS 84 degrees. */
function villageGeoJson(unit) {
  const data = view.data;
  const feature = (set, row, properties) => ({ type: "Feature", geometry: geometryOf(data.set(set), row), properties });
  const gaps = gapOrder().filter((row) => data.gaps.unit[row] === unit);
  const projects = listed((row) => isOfUnit(row, unit), data.projects.id.length);
  const own = feature(data.units.shapes, unit, { kind: "unit", id: data.units.ids[unit], name: data.units.names[unit], population: data.units.population[unit], data_date: data.plan.date });
  return {
    type: "FeatureCollection",
    features: [own].concat(
      gaps.map((row) => feature(data.gaps.shapes, row, { kind: "gap", id: data.gaps.id[row], rule: data.rules[data.gaps.rule[row]].id, name: data.gaps.name[row], amount: data.gaps.amount[row], unit: data.gaps.unit_word[row], people: data.gaps.people[row] })),
      projects.map((row) => feature(data.projects.shapes, row, { kind: "project", id: data.projects.id[row], rank: data.projects.rank[row], name: either(data.projects.name[row]), cost: data.projects.cost[row][1], people: data.projects.people[row] }))
    ),
  };
}

function takeGeoJson(unit) {
  offer(fileName(view.data.plan.name, view.data.units.names[unit]) + ".geojson", "application/geo+json", [JSON.stringify(villageGeoJson(unit))]);
}
