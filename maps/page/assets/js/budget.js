/* The budget line: how far down the list the money goes, and what that leaves. */

const TEN_THOUSAND = 1e4;
let frameAsked = 0;

function setUpBudget() {
  const count = view.data.projects.id.length;
  byId("budget").hidden = !count;
  if (!count) return;
  const range = make("input", { type: "range", id: "line", min: 0, max: count, step: 1, "aria-describedby": "outcome" });
  const money = make("input", { type: "text", id: "money", inputmode: "decimal", autocomplete: "off" });
  const field = make("span", { class: "field" }, make("label", { for: "money", id: "money-label" }), money, make("span", { id: "money-unit" }));
  const slide = make("span", { class: "slide" }, make("label", { for: "line", class: "unseen", id: "line-label" }), range, make("span", { id: "tick", "aria-hidden": "true" }));
  replaceAll(byId("budget"), make("div", { class: "controls" }, make("div", { id: "when", role: "group" }), field, slide), make("dl", { id: "outcome" }));
  range.addEventListener("input", () => moveLine(Number(range.value)));
  money.addEventListener("change", () => typedMoney(money.value));
  money.addEventListener("keydown", (event) => (event.key === "Enter" ? typedMoney(money.value) : null));
}

/** The pointer may move many times in one frame; the page follows once. */
function moveLine(line) {
  view.line = line;
  if (frameAsked) return;
  frameAsked = requestAnimationFrame(() => {
    frameAsked = 0;
    change({ line: view.line, when: "plan", preview: null });
  });
}

function typedMoney(text) {
  const typed = Number(text.normalize("NFKC").replace(/[,，\s¥元]/g, ""));
  if (!(typed >= 0)) return drawBudget();
  change({ line: affordable(speech.language === "zh" ? typed * TEN_THOUSAND : typed), when: "plan", preview: null });
}

/** Return [name, whether it is now] of the three ways to look at the villages; tasks only where there are some. */
function whens() {
  return view.data.after_tasks ? ["now", "plan", "tasks"] : ["now", "plan"];
}

function drawBudget() {
  if (!view.data.projects.id.length) return;
  const buttons = whens().map((name) => make("button", { type: "button", "aria-pressed": String(view.when === name), onclick: () => change({ when: name, preview: null }) }, say("when_" + name)));
  replaceAll(byId("when"), buttons);
  byId("when").setAttribute("aria-label", say("when_label"));
  byId("budget").className = "when-" + view.when;
  const outcome = outcomeOf(view.line);
  byId("money-label").textContent = say("money_spent");
  byId("money-unit").textContent = say("money_unit");
  byId("money").value = moneyTyped(outcome.cost);
  byId("line-label").textContent = say("line_label");
  byId("line").value = String(view.line);
  byId("line").setAttribute("aria-valuetext", say("line_value", { projects: amount(outcome.projects), cost: money(outcome.cost) }));
  drawTick();
  replaceAll(byId("outcome"), outcomeFigures(outcome));
}

/** The amount as the field beside the slider takes it: 万元 in Chinese, yuan in English. */
function moneyTyped(yuan) {
  return speech.language === "zh" ? amount(yuan / TEN_THOUSAND, yuan < 1e5 ? 2 : 1) : amount(yuan);
}

/** A mark under the slider where the plan's own budget ends. */
function drawTick() {
  const count = view.data.projects.id.length;
  const tick = byId("tick");
  tick.hidden = view.data.plan.budget === null;
  if (tick.hidden) return;
  const part = affordable(view.data.plan.budget) / count;
  tick.style.left = "calc(" + 100 * part + "% + " + (8 - 16 * part) + "px)";
  tick.textContent = say("plan_budget", { budget: money(view.data.plan.budget) });
  tick.className = part > 0.6 ? "leftward" : "";
}

/** What the line buys; where the map shows tasks, what they will have changed once all are done. */
function outcomeFigures(outcome) {
  const now = cardsAfter(0);
  const gaps = view.data.gaps.id.length;
  const pairs = (cards) => figure(say("figure_pairs"), fromTo(pairsShort(now), pairsShort(cards)));
  if (showsTasks()) {
    const ahead = view.data.forecast;
    const without = (cards) => Math.round(cards.reduce((sum, card) => sum + card.all_people_short, 0));
    const counted = figure(say("figure_tasks"), [make("b", {}, amount(ahead.counted)), " / " + amount(ahead.counted + ahead.left_out)]);
    return [counted, figure(say("figure_without"), fromTo(without(now), without(cardsNow()))), figure(say("figure_gaps"), fromTo(gaps, ahead.gaps)), pairs(cardsNow())];
  }
  return [
    figure(say("figure_projects"), [make("b", {}, amount(outcome.projects)), " / " + amount(view.data.projects.id.length)]),
    figure(say("figure_people"), make("b", {}, amount(outcome.people))),
    figure(say("figure_gaps"), fromTo(gaps, outcome.gaps)),
    pairs(cardsAfter(view.line)),
  ];
}

function fromTo(before, after) {
  return before === after ? make("b", {}, amount(before)) : [amount(before) + " → ", make("b", { class: "better" }, amount(after))];
}

function figure(name, value) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, value));
}
