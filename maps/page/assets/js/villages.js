/* Every village under every rule: the scorecard. */

// With more rules than this there is no room for a percentage in each cell; it is in the cell's title and the popup.
const MOST_SHARES = 7;

function drawVillages() {
  const units = view.data.units;
  const order = units.ids.map((id, row) => row).sort((a, b) => shortRules(b) - shortRules(a) || shortPeople(b) - shortPeople(a) || a - b);
  const rules = view.data.rules.map((rule, number) => number);
  const head = rules.map((number) => make("th", { scope: "col", title: ruleName(number) }, symbolPicture(ruleLook(number)), make("span", { class: "unseen" }, ruleName(number))));
  replaceAll(
    byId("tab-villages"),
    make("h2", {}, say("villages_title")),
    make("p", { class: "hint" }, say("villages_hint")),
    make("ul", { class: "key" }, rules.map((number) => make("li", {}, ruleTag(number)))),
    make("ul", { class: "key" }, STATES.slice(1).concat("not_judged").map((state) => make("li", {}, stateTag(state)))),
    units.ids.length
      ? make("div", { class: "wide" }, make("table", { class: "matrix" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("village")), head, make("th", { scope: "col", class: "number" }, say("rules_short")))), make("tbody", {}, order.map(unitRow))))
      : make("p", { class: "hint" }, say("no_villages"))
  );
}

function shortRules(unit) {
  return view.data.rules.filter((rule) => STATES[rule.cards.state[unit]] === "short").length;
}

function shortPeople(unit) {
  return view.data.rules.reduce((sum, rule) => sum + (rule.cards.people_short[unit] || 0), 0);
}

function unitRow(unit) {
  const cells = view.data.rules.map((rule) => {
    const state = STATES[rule.cards.state[unit]];
    const part = view.data.rules.length <= MOST_SHARES && state === "short" && rule.cards.people[unit] > 0 ? share(rule.cards.people_short[unit], rule.cards.people[unit]) : "";
    return make("td", { title: say("state_" + state) + (state === "short" ? " " + share(rule.cards.people_short[unit], rule.cards.people[unit]) : "") }, statePicture(state), make("span", { class: "unseen" }, say("state_" + state)), part ? make("small", {}, part) : null);
  });
  return make("tr", { class: view.unit === unit ? "focused" : null }, make("th", { scope: "row" }, unitLink(unit)), cells, make("td", { class: "number" }, String(shortRules(unit))));
}
