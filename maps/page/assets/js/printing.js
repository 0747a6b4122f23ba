/* Paper: the map gets a fixed size while it is printed, since Leaflet would leave grey edges otherwise. */

function setUpPrinting() {
  byId("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", preparePaper);
  window.addEventListener("afterprint", restoreScreen);
}

function preparePaper() {
  if (view.printing) return;
  view.printing = { bounds: view.map.getBounds(), whole: view.map.getZoom() <= view.wholeZoom, legend: byId("legend").open };
  closePopup();
  document.documentElement.classList.add("printing");
  byId("legend").open = true;
  for (const part of document.querySelectorAll("#panel details.notes")) part.open = true;
  drawProjects();
  drawLegend();
  view.map.invalidateSize({ animate: false, pan: false });
  if (view.printing.whole) zoomToAll();
  else view.map.fitBounds(view.printing.bounds, { animate: false });
  view.layer.redraw();
}

function restoreScreen() {
  if (!view.printing) return;
  const before = view.printing;
  view.printing = null;
  document.documentElement.classList.remove("printing");
  byId("legend").open = before.legend;
  drawFindings();
  drawProjects();
  drawLegend();
  view.map.invalidateSize({ animate: false, pan: false });
  if (before.whole) zoomToAll();
  else view.map.fitBounds(before.bounds, { animate: false });
}
