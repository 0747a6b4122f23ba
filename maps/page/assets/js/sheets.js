/* A sheet over the page for one task (print, summary), closed by Escape, by its button or by a click beside it. */

let sheetOpener = null;

function openSheet(title, ...body) {
  sheetOpener = document.activeElement;
  const close = make("button", { type: "button", class: "close", "aria-label": say("close"), onclick: closeSheet }, "×");
  const sheet = make("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: -1 }, close, make("h2", {}, title), body);
  replaceAll(byId("shade"), sheet);
  byId("shade").hidden = false;
  sheet.focus();
}

function closeSheet() {
  byId("shade").hidden = true;
  replaceAll(byId("shade"));
  if (sheetOpener && document.contains(sheetOpener)) sheetOpener.focus();
}

function setUpSheets() {
  byId("shade").addEventListener("mousedown", (event) => (event.target === byId("shade") ? closeSheet() : null));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") escaped();
    if (event.key === "Tab" && !byId("shade").hidden) keepInside(event);
  });
}

function escaped() {
  if (!byId("shade").hidden) closeSheet();
  else if (view.popup) closePopup();
}

/** Tab goes round within an open sheet. */
function keepInside(event) {
  const stops = Array.from(byId("shade").querySelectorAll("button, input, select, textarea"));
  if (!stops.length) return;
  const at = stops.indexOf(document.activeElement);
  const next = event.shiftKey ? (at <= 0 ? stops.length - 1 : at - 1) : (at + 1) % stops.length;
  event.preventDefault();
  stops[next].focus();
}
