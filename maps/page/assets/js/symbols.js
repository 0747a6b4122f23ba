/* Shapes that tell rules, layers and states apart without colour, the same on the canvas, in lists and in the legend. */

// Okabe and Ito's colours for colour-blind readers, without those that the village colours use, and three of ColorBrewer's.
const RULE_COLOURS = ["#0072B2", "#5E3C99", "#01665E", "#CC3F8F", "#333333", "#8C510A", "#2B7FC4"];
const RULE_SHAPES = ["circle", "square", "triangle", "diamond", "pentagon", "star", "hexagon", "drop"];
const STATUS_COLOURS = { met: "#00795A", short: "#B3400A", unknown: "#5B6470", not_judged: "#8A929C" };
const CLOSED_COLOUR = "#3E9B74"; // what a project closes, dashed as well
const STATES = ["not_judged", "met", "short", "unknown"];
const CATEGORY_LOOKS = {
  fitness: ["#1B7837", "square"],
  park: ["#1B7837", "circle"],
  clinic: ["#B2182B", "cross"],
  hospital: ["#B2182B", "cross"],
  pharmacy: ["#B2182B", "diamond"],
  school: ["#2166AC", "pentagon"],
  kindergarten: ["#2166AC", "drop"],
  elderly: ["#762A83", "square"],
  children_home: ["#762A83", "circle"],
  toilet: ["#8C510A", "square"],
  waste: ["#8C510A", "diamond"],
  market: ["#BF812D", "hexagon"],
  bus_stop: ["#01665E", "circle"],
  fire_station: ["#B2182B", "triangle"],
  party_center: ["#B2182B", "star"],
  camera: ["#35978F", "triangle"],
  lamp: ["#E69F00", "circle"],
};
const OTHER_LOOK = ["#6B7682", "circle"];

function ruleLook(rule) {
  return { colour: RULE_COLOURS[rule % RULE_COLOURS.length], shape: RULE_SHAPES[rule % RULE_SHAPES.length] };
}

function categoryLook(category) {
  const look = Object.prototype.hasOwnProperty.call(CATEGORY_LOOKS, category) ? CATEGORY_LOOKS[category] : OTHER_LOOK;
  return { colour: look[0], shape: look[1] };
}

function corners(count, turn, inner) {
  const points = [];
  const steps = inner ? 2 * count : count;
  for (let i = 0; i < steps; i += 1) {
    const angle = turn + (2 * Math.PI * i) / steps - Math.PI / 2;
    const far = inner && i % 2 ? inner : 1;
    points.push([far * Math.cos(angle), far * Math.sin(angle)]);
  }
  return points;
}

const OUTLINES = {
  square: corners(4, Math.PI / 4).map((p) => [1.18 * p[0], 1.18 * p[1]]),
  triangle: corners(3, 0).map((p) => [1.2 * p[0], 1.2 * p[1] + 0.15]),
  diamond: corners(4, 0).map((p) => [1.2 * p[0], 1.2 * p[1]]),
  pentagon: corners(5, 0).map((p) => [1.12 * p[0], 1.12 * p[1]]),
  hexagon: corners(6, 0).map((p) => [1.08 * p[0], 1.08 * p[1]]),
  star: corners(5, 0, 0.5).map((p) => [1.3 * p[0], 1.3 * p[1]]),
  cross: [[-0.36, -1], [0.36, -1], [0.36, -0.36], [1, -0.36], [1, 0.36], [0.36, 0.36], [0.36, 1], [-0.36, 1], [-0.36, 0.36], [-1, 0.36], [-1, -0.36], [-0.36, -0.36]],
  drop: [[0, 1.25], [-0.85, 0.2], [-0.85, -0.5], [-0.4, -1], [0.4, -1], [0.85, -0.5], [0.85, 0.2]],
};

/** Put the outline of a symbol of that radius on the path of a canvas. */
function traceSymbol(pen, shape, x, y, radius) {
  pen.beginPath();
  if (shape === "circle") {
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  OUTLINES[shape].forEach((corner, i) => pen[i ? "lineTo" : "moveTo"](x + radius * corner[0], y + radius * corner[1]));
  pen.closePath();
}

function paintSymbol(pen, look, x, y, radius) {
  traceSymbol(pen, look.shape, x, y, radius);
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.strokeStyle = "#fff";
  pen.stroke();
  pen.fillStyle = look.colour;
  pen.fill();
}

/** Return a small picture of a symbol for lists and the legend; the words beside it say what it is. */
function symbolPicture(look, side) {
  const size = side || 16;
  const half = size / 2;
  const radius = 0.36 * size;
  const facts = { fill: look.colour, stroke: "#fff", "stroke-width": 1 };
  const shape =
    look.shape === "circle"
      ? drawing("circle", Object.assign({ cx: half, cy: half, r: radius }, facts))
      : drawing("polygon", Object.assign({ points: OUTLINES[look.shape].map((p) => half + radius * p[0] + "," + (half + radius * p[1])).join(" ") }, facts));
  return drawing("svg", { width: size, height: size, viewBox: "0 0 " + size + " " + size, "aria-hidden": "true", class: "symbol" }, shape);
}

/** Return the mark of a state: a tick in a disc, an exclamation in a triangle, a question in a dashed square, a dash. */
function statePicture(state) {
  const colour = STATUS_COLOURS[state];
  const line = { fill: "none", stroke: "#fff", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const parts = {
    met: [drawing("circle", { cx: 8, cy: 8, r: 6.5, fill: colour }), drawing("path", Object.assign({ d: "M5 8.2l2.2 2.2L11 6" }, line))],
    short: [drawing("path", { d: "M8 1.2L15.2 14.4H.8z", fill: colour }), drawing("path", Object.assign({ d: "M8 6v3.6M8 12v.1" }, line))],
    unknown: [
      drawing("rect", { x: 1.8, y: 1.8, width: 12.4, height: 12.4, fill: "#fff", stroke: colour, "stroke-width": 1.5, "stroke-dasharray": "2.6 1.6" }),
      drawing("path", { d: "M5.9 6.3a2.1 2.1 0 1 1 3 1.9c-.7.3-.9.7-.9 1.4M8 11.8v.1", fill: "none", stroke: colour, "stroke-width": 1.6, "stroke-linecap": "round" }),
    ],
    not_judged: [drawing("path", { d: "M4 8h8", stroke: colour, "stroke-width": 1.8, "stroke-linecap": "round" })],
  }[state];
  return drawing("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true", class: "symbol" }, ...parts);
}

/** Return a hatch for areas whose state is unknown, to fill with on a canvas. */
function hatchPattern(pen, background, line) {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const brush = tile.getContext("2d");
  brush.fillStyle = background;
  brush.fillRect(0, 0, 8, 8);
  brush.strokeStyle = line;
  brush.lineWidth = 1.4;
  for (const shift of [-8, 0, 8]) {
    brush.beginPath();
    brush.moveTo(shift, 8);
    brush.lineTo(shift + 8, 0);
    brush.stroke();
  }
  return pen.createPattern(tile, "repeat");
}
