/* Find a village, a gap or a project by its name or number. */

const MOST_FOUND = 12;
let found = [];
let active = -1;

function setUpSearch() {
  const box = byId("search");
  box.addEventListener("input", () => lookFor(box.value));
  box.addEventListener("focus", () => lookFor(box.value));
  box.addEventListener("blur", () => setTimeout(hideFound, 150));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveActive(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && found.length) open(Math.max(active, 0));
    else if (event.key === "Escape") hideFound();
  });
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

/** Everything that can be found: [text to compare, text to show, what it is, what to do]. */
function searchList() {
  const data = view.data;
  const units = data.units.ids.map((id, row) => [plain(data.units.names[row] + " " + id), data.units.names[row], say("kind_unit"), () => goToUnit(row)]);
  const gaps = data.gaps.id.map((id, row) => [plain(id + " " + data.gaps.name[row]), id + " " + data.gaps.name[row], say("kind_gap"), () => goToGap(row)]);
  const projects = data.projects.id.map((id, row) => [plain(id + " " + [].concat(data.projects.name[row]).join(" ")), projectName(row), say("project"), () => goToProject(row)]);
  return units.concat(projects, gaps);
}

function lookFor(text) {
  const wanted = plain(text);
  active = -1;
  if (!wanted) {
    hideFound();
    return;
  }
  const hits = searchList().filter((item) => item[0].includes(wanted));
  hits.sort((a, b) => (b[0].indexOf(wanted) === 0) - (a[0].indexOf(wanted) === 0));
  found = hits.slice(0, MOST_FOUND);
  const items = found.map((item, i) => make("li", { role: "option", id: "found-" + i, "aria-selected": "false", onmousedown: () => open(i) }, make("span", {}, item[1]), make("small", {}, item[2])));
  replaceAll(byId("found"), items.length ? items : make("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("nothing_found")));
  byId("found").hidden = false;
  byId("search").setAttribute("aria-expanded", "true");
}

function moveActive(step) {
  if (!found.length) return;
  active = (active + step + found.length) % found.length;
  found.forEach((item, i) => byId("found-" + i).setAttribute("aria-selected", String(i === active)));
  byId("search").setAttribute("aria-activedescendant", "found-" + active);
}

function open(i) {
  const item = found[i];
  hideFound();
  byId("search").value = item[1];
  item[3]();
}

function hideFound() {
  byId("found").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
  byId("search").removeAttribute("aria-activedescendant");
}
