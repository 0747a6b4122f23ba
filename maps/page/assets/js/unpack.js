/* The page's data: JSON for what is read, packed columns (maps/page/packing.py) for what is drawn. */

/** Return the page's data, with `column(number)` for its packed columns and `set(number)` for its sets of shapes. */
async function unpackData() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const directory = data.grid.columns;
  const end = directory.length ? directory[directory.length - 1] : ["b", 0, 0, 0];
  const block = await inflated(bytesOf(document.getElementById("columns").textContent), end[1] + end[2]);
  const columns = new Array(directory.length);
  const sets = new Array(data.grid.sets.length);
  data.column = (number) => columns[number] || (columns[number] = readColumn(block, directory[number]));
  data.set = (number) => sets[number] || (sets[number] = readSet(data, data.grid.sets[number]));
  return data;
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflated(bytes, size) {
  if (typeof DecompressionStream === "undefined") return inflate(bytes, size);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function readColumn(block, entry) {
  const bytes = block.subarray(entry[1], entry[1] + entry[2]);
  if (entry[0] === "b") return bytes;
  if (entry[0] === "t") return JSON.parse(new TextDecoder().decode(bytes));
  const count = entry[3];
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) {
    words[i] = bytes[i] | (bytes[count + i] << 8) | (bytes[2 * count + i] << 16) | (bytes[3 * count + i] << 24);
  }
  if (entry[0] === "f") return new Float32Array(words.buffer);
  const values = new Int32Array(words.buffer);
  let last = 0;
  for (let i = 0; i < count; i += 1) {
    last += (words[i] >>> 1) ^ -(words[i] & 1);
    values[i] = last;
  }
  return values;
}

/** A set of shapes: shape i has parts partStart[i]..partStart[i+1], part p has vertices start[p]..start[p+1]. */
function readSet(data, entry) {
  const partStart = runningSum(data.column(entry.parts));
  const start = runningSum(data.column(entry.sizes));
  const set = { count: entry.count, partStart, start, kinds: data.column(entry.kinds), x: data.column(entry.x), y: data.column(entry.y) };
  set.box = boxesOf(set);
  set.id = (row) => (entry.ids < 0 ? "" : data.column(entry.ids)[row]);
  return set;
}

function runningSum(sizes) {
  const sums = new Int32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i += 1) sums[i + 1] = sums[i] + sizes[i];
  return sums;
}

/** Return west, north, east, south of each shape; a shape without vertices has west > east. */
function boxesOf(set) {
  const box = new Int32Array(4 * set.count);
  for (let i = 0; i < set.count; i += 1) {
    let west = 0x7fffffff;
    let north = 0x7fffffff;
    let east = -1;
    let south = -1;
    for (let v = set.start[set.partStart[i]]; v < set.start[set.partStart[i + 1]]; v += 1) {
      const x = set.x[v];
      const y = set.y[v];
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
    box[4 * i] = west;
    box[4 * i + 1] = north;
    box[4 * i + 2] = east;
    box[4 * i + 3] = south;
  }
  return box;
}
