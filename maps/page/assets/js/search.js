/* Find a village, a gap or a project by its name in Chinese, in pinyin or its initials, in English, or by its number. */

const MOST_FOUND = 12;
let found = [];
let active = -1;
let things = { language: "", list: [] };

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

/** Return everything that can be found: {names to compare, text to show, what it is, what to do}. */
function searchList() {
  if (things.language === speech.language) return things.list;
  const data = view.data;
  const thing = (names, shown, kind, act) => ({ names: names.map(plain), shown, kind: say(kind), act });
  const both = (words) => (Array.isArray(words) ? words : [words]);
  const units = data.units.ids.map((id, row) => thing([data.units.names[row], id], data.units.names[row], "kind_unit", () => openVillage(row)));
  const gaps = data.gaps.id.map((id, row) => thing([id, data.gaps.name[row]], id + " " + data.gaps.name[row], "kind_gap", () => goToGap(row)));
  const projects = data.projects.id.map((id, row) => thing([id].concat(both(data.projects.name[row])), projectName(row), "project", () => goToProject(row)));
  const rules = data.rules.map((rule, number) => thing([rule.id].concat(both(rule.title)), ruleName(number), "rule", () => change({ focus: number })));
  things = { language: speech.language, list: units.concat(rules, projects, gaps) };
  return things.list;
}

/** Return how well a name fits what is typed: 0 not at all, 3 where it begins with it. Pinyin counts like the characters. */
function fit(name, wanted) {
  const at = name.indexOf(wanted);
  if (at === 0) return 3;
  if (at > 0) return 2;
  if (!/^[a-z]+$/.test(wanted)) return 0;
  for (let from = 0; from < name.length; from += 1) if (startsInPinyin(name, from, wanted)) return from ? 1 : 2.5;
  return 0;
}

/** Can `wanted` be read off the characters from `from` on, each by its pinyin, a beginning of it, or itself? */
function startsInPinyin(name, from, wanted) {
  if (!wanted) return true;
  if (from >= name.length) return false;
  const character = name[from];
  if (character === wanted[0] && startsInPinyin(name, from + 1, wanted.slice(1))) return true;
  const readings = Object.prototype.hasOwnProperty.call(view.data.pinyin, character) ? view.data.pinyin[character].split(" ") : [];
  return readings.some((reading) => {
    let length = 0;
    while (length < reading.length && reading[length] === wanted[length]) length += 1;
    if (length === wanted.length) return true;
    for (; length > 0; length -= 1) if (startsInPinyin(name, from + 1, wanted.slice(length))) return true;
    return false;
  });
}

function lookFor(text) {
  const wanted = plain(text);
  active = -1;
  if (!wanted) {
    hideFound();
    return;
  }
  const hits = [];
  for (const item of searchList()) {
    const best = Math.max(...item.names.map((name) => fit(name, wanted)));
    if (best > 0) hits.push([best, item]);
  }
  hits.sort((a, b) => b[0] - a[0]);
  found = hits.slice(0, MOST_FOUND).map((hit) => hit[1]);
  const items = found.map((item, i) => make("li", { role: "option", id: "found-" + i, "aria-selected": "false", onmousedown: () => open(i) }, make("span", {}, item.shown), make("small", {}, item.kind)));
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
  byId("search").value = item.shown;
  item.act();
}

function hideFound() {
  byId("found").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
  byId("search").removeAttribute("aria-activedescendant");
}
