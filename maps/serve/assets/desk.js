(function () {
"use strict";
const facts = JSON.parse(document.getElementById("facts").textContent);
const form = document.querySelector("form");
const frame = document.querySelector("iframe");
const problem = document.querySelector(".problem");
const busy = document.querySelector(".busy");
const rows = document.querySelector("tbody");
const say = (key, values) => facts.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const figure = (number) => (number === null ? say("unknown", {}) : Math.round(number).toLocaleString("en-US"));

/** The numbers that differ from the plan, as an address; what is sent to a colleague is what they see. */
function asked() {
  const words = new URLSearchParams();
  for (const input of form.querySelectorAll("input[name]")) {
    const changed = input.value.trim() !== input.defaultValue;
    input.classList.toggle("changed", changed);
    if (changed) words.append(input.name, input.value.trim());
  }
  for (const id of facts.without) words.append("without", id);
  return words;
}

function cell(text, kind) {
  const made = document.createElement("td");
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function compared(line) {
  const made = document.createElement("tr");
  const kind = line.then < line.now ? "better" : line.then > line.now ? "worse" : "";
  made.append(cell(line.title), cell(figure(line.now)), cell(figure(line.then), kind));
  return made;
}

/** Ask the desk for these numbers; show what changed, and the map made of them. */
async function work(words) {
  problem.hidden = true;
  busy.hidden = false;
  const address = words.toString();
  const answer = await fetch("api/whatif?lang=" + facts.language + (address ? "&" + address : ""));
  const found = await answer.json();
  busy.hidden = true;
  if (!answer.ok) {
    problem.textContent = found.problems.join("\n");
    problem.hidden = false;
    return;
  }
  const changed = (line) => line.then !== line.now;
  rows.replaceChildren(...[...found.lines.filter(changed), ...found.lines.filter((line) => !changed(line))].map(compared));
  document.querySelector(".sum").textContent = found.sum;
  frame.src = "map?lang=" + facts.language + (address ? "&" + address : "");
  history.replaceState(null, "", address ? "?lang=" + facts.language + "&" + address : "?lang=" + facts.language);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  work(asked());
});
form.addEventListener("reset", () => setTimeout(() => work(asked()), 0));
form.addEventListener("input", asked);
for (const [name, value] of new URLSearchParams(location.search)) {
  const input = form.elements.namedItem(name);
  if (input) input.value = value;
}
work(asked());
})();
