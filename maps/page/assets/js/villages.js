/* Every village under every rule: the scorecard; and one village alone, as a page that can be linked to and printed. */

// With more rules than this there is no room for a percentage in each cell; it is in the cell's title and in the village's page.
const MOST_SHARES = 7;
const ROWS_OF_VILLAGE = 40; // of its gaps and of its projects; on paper as many as its one sheet has room for

function drawVillages() {
  if (view.unit >= 0) {
    replaceAll(byId("tab-villages"), make("p", { class: "back" }, link("← " + say("all_villages"), () => change({ unit: -1, chosen: null }))), villagePage(view.unit, null), villageTaking(view.unit));
    return;
  }
  if (view.focus >= 0 && view.data.units.ids.length) {
    replaceAll(byId("tab-villages"), make("h2", {}, ruleName(view.focus), " ", whenTag()), make("p", { class: "hint" }, say("villages_of_rule_hint")), ruleVillages(view.focus), make("p", {}, link(say("villages_under_all"), () => change({ focus: -1 }))));
    return;
  }
  const rules = view.data.rules.map((rule, number) => number);
  replaceAll(
    byId("tab-villages"),
    make("h2", {}, say("villages_title"), " ", whenTag()),
    make("p", { class: "hint" }, say(rules.length <= MOST_SHARES ? "villages_hint_shares" : "villages_hint")),
    make("ul", { class: "key" }, rules.map((number) => make("li", {}, ruleTag(number)))),
    make("ul", { class: "key" }, STATES.slice(1).concat("not_judged").map((state) => make("li", {}, stateTag(state)))),
    view.data.units.ids.length ? unitMatrix(rules) : make("p", { class: "hint" }, say("no_villages")),
    view.data.equality && isNow() ? behind(view.data.equality[speech.language === "zh" ? 0 : 1]) : null
  );
}

/** A word beside a title where the figures are not those of now. */
function whenTag() {
  return isNow() ? null : make("span", { class: "when-tag" }, say("when_" + (view.when === "now" ? "plan" : view.when)));
}

/** The villages under one rule, where most people are without first. */
function ruleVillages(number) {
  const card = cardsNow()[number];
  const standing = (unit) => ["short", "unknown", "met", "not_judged"].indexOf(STATES[card.state[unit]]);
  const part = (unit) => ruleVerdict(unit, card).value;
  const order = view.data.units.ids.map((id, row) => row).sort((a, b) => standing(a) - standing(b) || card.people_short[b] - card.people_short[a] || part(b) - part(a) || a - b);
  const head = ["village", "state_column", "people_short_column", "share_of_village"].map((key, i) => make("th", { scope: "col", class: i > 1 ? "number" : null }, say(key)));
  const rows = order.map((unit) => {
    const state = STATES[card.state[unit]];
    const figures = state === "short" ? [amount(card.people_short[unit]), share(part(unit), 1)] : ["–", "–"];
    return make("tr", {}, make("th", { scope: "row" }, unitLink(unit)), make("td", {}, stateTag(state)), figures.map((text) => make("td", { class: "number" }, text)));
  });
  return make("table", { class: "rule-villages" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
}

function unitMatrix(rules) {
  const cards = cardsNow();
  const people = view.data.units.ids.map((id, unit) => cards.reduce((sum, card) => sum + (card.people_short[unit] || 0), 0));
  const short = view.data.units.ids.map((id, unit) => shortRules(unit, cards));
  const order = view.data.units.ids.map((id, row) => row).sort((a, b) => short[b] - short[a] || people[b] - people[a] || a - b);
  const head = rules.map((number) => make("th", { scope: "col", title: ruleName(number) }, symbolPicture(ruleLook(number)), make("span", { class: "unseen" }, ruleName(number))));
  const top = make("tr", {}, make("th", { scope: "col" }, say("village")), head, make("th", { scope: "col", class: "number" }, say("rules_short")));
  return make("div", { class: "wide" }, make("table", { class: "matrix" }, make("thead", {}, top), make("tbody", {}, order.map((unit) => unitRow(unit, cards)))));
}

function shortRules(unit, cards) {
  return cards.filter((card) => STATES[card.state[unit]] === "short").length;
}

function unitRow(unit, cards) {
  const cells = cards.map((card) => {
    const state = STATES[card.state[unit]];
    const part = state === "short" && card.people[unit] > 0 ? share(card.people_short[unit], card.people[unit]) : "";
    return make("td", { title: say("state_" + state) + (part ? " " + part : "") }, statePicture(state), make("span", { class: "unseen" }, say("state_" + state)), part && cards.length <= MOST_SHARES ? make("small", {}, part) : null);
  });
  return make("tr", {}, make("th", { scope: "row" }, unitLink(unit)), cells, make("td", { class: "number" }, String(shortRules(unit, cards))));
}

/** One village: its scorecard now and after the line, its gaps, its projects; on paper beside a picture of it. */
function villagePage(unit, picture) {
  const units = view.data.units;
  const most = picture ? rowsOnSheet() : ROWS_OF_VILLAGE;
  const now = cardsAfter(0);
  const after = cardsAfter(view.line);
  return [
    make("h2", { class: "village-name" }, units.names[unit]),
    make("p", { class: "hint" }, say("village_facts", { id: units.ids[unit], people: units.population[unit] === null ? say("not_known") : amount(units.population[unit]), short: shortRules(unit, now), rules: view.data.rules.length })),
    make("div", { class: "village-top" }, picture, make("div", {}, make("h3", {}, say("scorecard")), scoreTable(unit, now, after))),
    make("div", { class: "village-lists" }, make("div", {}, villageGaps(unit, most)), make("div", {}, villageProjects(unit, most))),
  ];
}

function scoreTable(unit, now, after) {
  const head = ["rule", "when_now", "after_line"].map((key) => make("th", { scope: "col" }, say(key)));
  const rows = view.data.rules.map((rule, number) => {
    const before = STATES[now[number].state[unit]];
    const later = STATES[after[number].state[unit]];
    const fewer = now[number].people_short[unit] !== after[number].people_short[unit];
    const change = before === "not_judged" ? null : [stateTag(later), fewer && later === "short" ? make("small", {}, say("still_without", { people: amount(after[number].people_short[unit]) })) : null];
    return make("tr", { class: before === "short" ? "is-short" : null }, make("th", { scope: "row" }, ruleTag(number)), make("td", {}, stateTag(before), make("small", {}, unitFigure(rule, unit, before))), make("td", {}, change));
  });
  return make("table", { class: "scores" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
}

function villageGaps(unit, most) {
  const rows = gapOrder().filter((row) => view.data.gaps.unit[row] === unit);
  const shown = rows.slice(0, most);
  return [make("h3", {}, say("village_gaps", { gaps: rows.length })), rows.length ? gapTable(shown) : make("p", { class: "hint" }, say("no_gaps")), rows.length > shown.length ? make("p", { class: "hint" }, say("rest_in_xlsx", { rows: rows.length - shown.length })) : null];
}

function villageProjects(unit, most) {
  const rows = listed((row) => isOfUnit(row, unit), view.data.projects.id.length);
  const shown = rows.slice(0, most);
  return [make("h3", {}, say("village_projects", { projects: rows.length })), rows.length ? projectTable(shown, rows) : make("p", { class: "hint" }, say("no_projects")), rows.length > shown.length ? make("p", { class: "hint" }, say("rest_in_xlsx", { rows: rows.length - shown.length })) : null];
}

/** What can be done with a village's page: print, copy, take as GeoJSON, link to. */
function villageTaking(unit) {
  const button = (key, act) => make("button", { type: "button", class: "small", onclick: act }, say(key));
  return make("div", { class: "village-taking" }, button("print_village", () => printNow("village")), button("copy_summary", () => openSummary(unit)), button("take_geojson", () => takeGeoJson(unit)), button("copy_link", () => copyText(linkToVillage(unit))));
}
