(function () {
"use strict";
const facts = JSON.parse(document.getElementById("facts").textContent);
const form = document.getElementById("numbers");
const counter = document.getElementById("adopt");
const frame = document.querySelector("iframe");
const problem = document.querySelector(".problem");
const busy = document.querySelector(".busy");
const rows = document.querySelector("tbody");
const projects = document.querySelector(".projects");
const without = new Set(facts.without);
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
  for (const id of without) words.append("without", id);
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

function ticked(project) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = project.inside;
  box.addEventListener("change", () => {
    without[box.checked ? "delete" : "add"](project.id);
    work(asked());
  });
  const label = document.createElement("label");
  label.append(box, " " + project.name + " · " + figure(project.cost));
  const item = document.createElement("li");
  item.append(label);
  return item;
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
  projects.replaceChildren(...found.projects.map(ticked));
  frame.src = "map?lang=" + facts.language + (address ? "&" + address : "");
  history.replaceState(null, "", address ? "?lang=" + facts.language + "&" + address : "?lang=" + facts.language);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  work(asked());
});
form.addEventListener("reset", () => {
  without.clear();
  setTimeout(() => work(asked()), 0);
});
form.addEventListener("input", asked);

/** Take projects onto the ledger; the wish keeps its name until it is answered, so that a second click is no second wish. */
let wish = null;
async function adopt(event) {
  event.preventDefault();
  const value = (name) => (counter.elements.namedItem(name) ? counter.elements.namedItem(name).value.trim() : "");
  const body = { ids: value("ids").split(/[\s,;，；、]+/).filter(Boolean), list: value("list"), who: value("who") };
  const said = JSON.stringify(body);
  if (!wish || wish.said !== said) wish = { said, op: Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("") };
  const answer = await fetch("api/adopt?lang=" + facts.language, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...body, op: wish.op }) });
  const found = await answer.json();
  document.querySelector(".taken").textContent = (answer.ok ? found.tasks : found.problems).join("\n");
  if (answer.ok) wish = null;
}
if (counter) counter.addEventListener("submit", adopt);
for (const [name, value] of new URLSearchParams(location.search)) {
  const input = form.elements.namedItem(name);
  if (input) input.value = value;
}
work(asked());
})();
