/* What colours and shapes mean, in words, and the switches of what is drawn. */

function drawLegend() {
  replaceAll(byId("legend-body"), unitLegend(), lightLegend(), gapLegend(), layerLegend(), tileLegend());
}

/** A part of the legend that can be folded away; it stays as the reader left it. */
function fold(name, title, ...body) {
  const remember = (event) => (event.target.open ? view.unfolded.add(name) : view.unfolded.delete(name));
  return make("details", { open: view.unfolded.has(name) || Boolean(view.printing && name === "gaps"), ontoggle: remember }, make("summary", {}, title), body);
}

function swatch(shade) {
  const facts = { x: 0.5, y: 0.5, width: 19, height: 11, stroke: "#8b949e", "stroke-width": 0.8, "vector-effect": "non-scaling-stroke", fill: fillOf(shade, look().hatch[0]) };
  const parts = [drawing("rect", facts)];
  if (shade === -2) parts.push(drawing("path", { d: "M0 12L12 0M4 12L16 0M8 12L20 0M-4 12L8 0M12 12L20 4", stroke: look().hatch[1], "stroke-width": 1.3, fill: "none" }));
  return drawing("svg", { width: 20, height: 12, viewBox: "0 0 20 12", preserveAspectRatio: "none", "aria-hidden": "true", class: "swatch" }, ...parts);
}

function unitLegend() {
  const step = (i) => (view.focus >= 0 ? say("legend_share", { to: 20 * (i + 1) }) : shortRange(i));
  const used = new Set(view.data.units.ids.map((id, row) => unitVerdict(row).shade));
  const items = look().shades.map((colour, i) => (step(i) ? make("li", {}, swatch(i), step(i)) : null));
  const others = [-1, -2, -3].filter((shade) => used.has(shade)).map((shade) => make("li", {}, swatch(shade), stateTag(["met", "unknown", "not_judged"][-1 - shade])));
  const title = view.focus >= 0 ? say("legend_focus", { title: ruleName(view.focus) }) : say("legend_overall");
  return view.data.units.ids.length ? [make("h3", {}, title, " ", whenTag()), make("ul", { class: "strip" }, items), make("ul", { class: "shades" }, others)] : null;
}

/** Which numbers of unmet rules a shade stands for; null where it stands for none. */
function shortRange(shade) {
  const numbers = [];
  for (let short = 1; short <= mostShort(); short += 1) {
    if (shadeOfShort(short) === shade) numbers.push(short);
  }
  if (!numbers.length) return null;
  const first = numbers[0];
  const last = numbers[numbers.length - 1];
  return first === last ? String(first) : first + "–" + last;
}

function toggle(checked, act, ...label) {
  return make("label", {}, make("input", { type: "checkbox", checked: checked, onchange: (event) => act(event.target.checked) }), label);
}

function gapLegend() {
  const counts = view.data.rules.map(() => 0);
  for (const rule of view.data.gaps.rule) counts[rule] += 1;
  const items = view.data.rules.map((rule, number) =>
    make("li", { class: "rule-line" }, toggle(ruleShown(number), (on) => switchRule(number, on), symbolPicture(ruleLook(number)), make("span", {}, either(rule.title)), make("small", {}, amount(counts[number]))))
  );
  const pins = make("li", {}, toggle(view.projectsShown, (on) => change({ projectsShown: on }), pinPicture(true), say("legend_in_budget"), pinPicture(false), say("legend_out_of_budget")));
  const closed = isNow() ? null : make("li", { class: "key-line" }, closedPicture(), say("legend_closed"));
  return fold("gaps", say("legend_gaps"), make("ul", {}, items, view.data.projects.id.length && !showsTasks() ? pins : null, closed));
}

function switchRule(number, on) {
  const hidden = new Set(view.hidden);
  if (view.focus >= 0) view.data.rules.forEach((rule, other) => (other === view.focus ? hidden.delete(other) : hidden.add(other)));
  if (on) hidden.delete(number);
  else hidden.add(number);
  change({ hidden, focus: -1 });
}

function closedPicture() {
  return drawing("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true", class: "symbol" }, drawing("path", { d: "M1 8h14", stroke: CLOSED_COLOUR, "stroke-width": 3.4, "stroke-dasharray": "4 2" }));
}

function pinPicture(funded) {
  const shape = drawing("path", { d: "M2 1h12v10H10l-2 4-2-4H2z", fill: funded ? "#17324d" : "#fff", stroke: "#17324d", "stroke-width": 1.2 });
  return drawing("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true", class: "symbol" }, shape);
}

function layerLegend() {
  const items = view.data.layers
    .filter((layer) => layer.shapes !== undefined)
    .map((layer) => make("li", {}, toggle(view.shown.has(layer.name), (on) => switchLayer(layer.name, on), layerPicture(layer), make("span", {}, either(layer.title)), make("small", {}, layer.name)), layerKey(layer)));
  return items.length ? [placeKey(), fold("layers", say("legend_layers"), make("ul", {}, items))] : placeKey();
}

function switchLayer(name, on) {
  const shown = new Set(view.shown);
  if (on) shown.add(name);
  else shown.delete(name);
  change({ shown });
}

function layerPicture(layer) {
  if (layer.kind === "roads") return drawing("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true", class: "symbol" }, drawing("path", { d: "M1 12L6 6l4 3 5-6", fill: "none", stroke: "#69727c", "stroke-width": 2 }));
  if (layer.kind === "devices") return symbolPicture({ colour: DEVICE_COLOURS.working, shape: "circle" }, 12);
  if (layer.kind === "demand") return symbolPicture({ colour: "#465463", shape: "square" }, 9);
  return symbolPicture(layer.categories && layer.categories.length === 1 ? categoryLook(layer.categories[0]) : { colour: OTHER_LOOK[0], shape: OTHER_LOOK[1] });
}

/** The symbols of a layer's categories, once the layer is shown. */
function layerKey(layer) {
  if (!view.shown.has(layer.name)) return null;
  if (layer.kind === "devices" && layer.status !== undefined) return make("ul", { class: "sub" }, DEVICE_STATES.slice(1, 3).concat("blank").map((state) => make("li", {}, devicePicture(state), say("device_" + state))));
  if (!layer.categories || layer.categories.length < 2 || layer.kind === "devices") return null;
  return make("ul", { class: "sub" }, layer.categories.slice(0, 24).map((category) => make("li", {}, symbolPicture(categoryLook(category)), wordFor("category", category))));
}

function devicePicture(state) {
  const line = { fill: "none", stroke: DEVICE_COLOURS[state], "stroke-width": 1.8 };
  const part = state === "broken" ? drawing("path", Object.assign({ d: "M4 4l6 6M10 4l-6 6" }, line)) : drawing("circle", Object.assign({ cx: 7, cy: 7, r: 4 }, state === "working" ? { fill: DEVICE_COLOURS[state] } : line));
  return drawing("svg", { width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": "true", class: "symbol" }, part);
}

/** What the marks of single places mean, while a rule is looked at. */
function placeKey() {
  if (view.focus < 0 || view.data.rules[view.focus].drawn.shapes === view.data.units.shapes) return null;
  if (!isNow()) return make("p", { class: "hint" }, say("places_only_now"));
  return [make("h3", {}, say("legend_places")), make("ul", { class: "shades" }, ["met", "short", "unknown"].map((state) => make("li", {}, stateTag(state))))];
}
