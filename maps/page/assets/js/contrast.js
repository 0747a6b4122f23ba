/* High contrast: as the system asks, or by the switch. */

function setUpContrast() {
  const wanted = window.matchMedia ? window.matchMedia("(prefers-contrast: more)") : { matches: false };
  setContrast(wanted.matches);
  byId("contrast").addEventListener("click", () => {
    setContrast(!isContrast());
    drawLegend();
    view.layer.redraw();
  });
}

function setContrast(on) {
  document.documentElement.classList.toggle("contrast", on);
  byId("contrast").setAttribute("aria-pressed", String(on));
}
