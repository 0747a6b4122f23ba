/* Going to a place: zoom, highlight, say what it is. */

const CLOSEST_ZOOM = 16;

function zoomToAll() {
  if (!view.map.getSize().y) return;
  const narrow = view.map.getSize().x < 500;
  const above = view.printing ? 24 : narrow ? 64 : 62;
  view.map.fitBounds(boundsOf(homeExtent()), { paddingTopLeft: [16, above], paddingBottomRight: [16, narrow ? 50 : 24], animate: false });
  view.wholeZoom = view.map.getZoom();
}

/** The villages' extent, or that of everything where the run has no villages. */
function homeExtent() {
  const units = view.data.set(view.data.units.shapes);
  const used = units.count ? [units] : view.data.grid.sets.map((entry, number) => view.data.set(number));
  const edge = extentOf(used);
  return edge.west <= edge.east ? edge : { west: 0, north: 0, east: 1, south: 1 };
}

function zoomToRows(set, rows) {
  const edge = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const row of rows) growEdge(edge, set, row);
  if (edge.west > edge.east) return;
  const wide = window.innerWidth > 700;
  view.map.fitBounds(boundsOf(edge), { maxZoom: CLOSEST_ZOOM, paddingTopLeft: wide ? [60, 90] : [30, 60], paddingBottomRight: [60, 60], animate: false });
}

/** Open a village's own page beside the map. */
function openVillage(row) {
  closePopup();
  change({ unit: row, tab: "villages", chosen: null });
  byId("tab-villages").scrollTop = 0;
  if (isPhone()) byId("panel").scrollIntoView();
}

function isPhone() {
  return window.innerWidth <= 700;
}

function goToGap(row) {
  choose({ kind: "gap", row });
  zoomToRows(view.data.set(view.data.gaps.shapes), [row]);
  showOnPhone();
  openPopup(spotLatLng(view.data.gaps.spots, row), gapDetails(row));
}

function goToProject(row) {
  change({ chosen: { kind: "project", row }, preview: row + 1 });
  const gaps = view.data.projects.gaps[row];
  if (gaps.length) zoomToRows(view.data.set(view.data.gaps.shapes), gaps);
  else zoomToRows(view.data.set(view.data.projects.shapes), [row]);
  showOnPhone();
  openPopup(spotLatLng(view.data.projects.spots, row), projectDetails(row), PIN_HEIGHT);
}

/** On a phone the map is above the list: bring it into sight. */
function showOnPhone() {
  if (isPhone()) byId("stage").scrollIntoView();
}

function choose(chosen) {
  change({ chosen });
}

function spotLatLng(number, row) {
  const set = view.data.set(number);
  if (set.partStart[row] === set.partStart[row + 1]) return view.map.getCenter();
  const v = set.start[set.partStart[row]];
  return latLngOf(set.x[v], set.y[v]);
}

/** Open a card there, lifted by so many pixels. */
function openPopup(latLng, node, lift) {
  if (view.popup) view.map.closePopup(view.popup);
  view.popup = L.popup({ closeButton: false, maxWidth: 320, minWidth: 240, maxHeight: Math.max(160, view.map.getSize().y - 120), autoPanPadding: [16, 60], offset: [0, 7 - (lift || 0)] });
  view.popup.setLatLng(latLng).setContent(node).openOn(view.map);
  document.documentElement.classList.add("popup-open");
}

function closePopup() {
  if (view.popup) view.map.closePopup(view.popup);
  view.popup = null;
  document.documentElement.classList.remove("popup-open");
  if (view.preview !== null) change({ preview: null });
}
