/* Scale bar in metres, north arrow, zoom buttons. */

const LONGEST_BAR = 110; // CSS pixels

function setUpFurniture() {
  byId("zoom-in").append("+");
  byId("zoom-out").append("−");
  byId("zoom-all").append(drawing("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" }, drawing("path", { d: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", fill: "none", stroke: "currentColor", "stroke-width": 1.8 })));
  byId("zoom-in").addEventListener("click", () => view.map.zoomIn(1));
  byId("zoom-out").addEventListener("click", () => view.map.zoomOut(1));
  byId("zoom-all").addEventListener("click", () => {
    closePopup();
    change({ chosen: null, unit: -1 });
    zoomToAll();
  });
  view.map.on("zoomend moveend", drawScale);
}

function drawScale() {
  const map = view.map;
  if (!map.getSize().y) return;
  const middle = map.getSize().y / 2;
  const metres = map.distance(map.containerPointToLatLng([0, middle]), map.containerPointToLatLng([LONGEST_BAR, middle]));
  if (!(metres > 0)) return;
  const tens = Math.pow(10, Math.floor(Math.log10(metres)));
  const round = tens * (metres / tens >= 5 ? 5 : metres / tens >= 2 ? 2 : 1);
  const wide = (LONGEST_BAR * round) / metres;
  const words = round >= 1000 ? amount(round / 1000) + say("kilometres") : amount(round) + say("metres");
  const svg = drawing(
    "svg",
    { width: LONGEST_BAR + 46, height: 36, viewBox: "0 0 " + (LONGEST_BAR + 46) + " 36" },
    drawing("path", { d: "M12 2l5 17-5-4-5 4z", fill: "#17324d", stroke: "#fff", "stroke-width": 1.2 }),
    svgText(12, 33, say("north"), "middle"),
    drawing("path", { d: "M30 22v6h" + wide + "v-6", fill: "none", stroke: "#fff", "stroke-width": 5 }),
    drawing("path", { d: "M30 22v6h" + wide + "v-6", fill: "none", stroke: "#17324d", "stroke-width": 2 }),
    svgText(30 + wide / 2, 18, words, "middle")
  );
  replaceAll(byId("scale"), svg);
}

function svgText(x, y, text, anchor) {
  const element = drawing("text", { x, y, "text-anchor": anchor, class: "halo" });
  element.textContent = text;
  return element;
}
