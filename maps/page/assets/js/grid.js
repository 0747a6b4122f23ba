/* A grid over each set of shapes, so that a map of a few streets never touches the rest of the county. */

const SHAPES_PER_CELL = 6;
const MOST_CELLS_A_SIDE = 256;

function gridOf(set) {
  if (set.grid) return set.grid;
  const edge = extentOf([set]);
  const side = Math.max(1, Math.min(MOST_CELLS_A_SIDE, Math.ceil(Math.sqrt(set.count / SHAPES_PER_CELL))));
  const size = Math.max(1, (edge.east - edge.west) / side, (edge.south - edge.north) / side);
  const cellOf = new Int32Array(set.count);
  const counts = new Int32Array(side * side + 1);
  const large = [];
  for (let i = 0; i < set.count; i += 1) {
    const west = set.box[4 * i];
    const east = set.box[4 * i + 2];
    const north = set.box[4 * i + 1];
    const south = set.box[4 * i + 3];
    cellOf[i] = -1;
    if (west > east) continue;
    if (east - west > size || south - north > size) large.push(i);
    else {
      const column = Math.min(side - 1, Math.floor(((west + east) / 2 - edge.west) / size));
      const row = Math.min(side - 1, Math.floor(((north + south) / 2 - edge.north) / size));
      cellOf[i] = row * side + column;
      counts[cellOf[i] + 1] += 1;
    }
  }
  for (let cell = 0; cell < side * side; cell += 1) counts[cell + 1] += counts[cell];
  const members = new Int32Array(counts[side * side]);
  const next = counts.slice();
  for (let i = 0; i < set.count; i += 1) if (cellOf[i] >= 0) members[next[cellOf[i]]++] = i;
  set.grid = { edge, side, size, starts: counts, members, large };
  return set.grid;
}

/** Return west, north, east, south of everything in these sets, in grid steps. */
function extentOf(sets) {
  const edge = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const set of sets) {
    for (let i = 0; i < set.count; i += 1) growEdge(edge, set, i);
  }
  return edge;
}

function growEdge(edge, set, i) {
  if (set.box[4 * i] > set.box[4 * i + 2]) return edge;
  edge.west = Math.min(edge.west, set.box[4 * i]);
  edge.north = Math.min(edge.north, set.box[4 * i + 1]);
  edge.east = Math.max(edge.east, set.box[4 * i + 2]);
  edge.south = Math.max(edge.south, set.box[4 * i + 3]);
  return edge;
}

function overlaps(set, i, edge) {
  return set.box[4 * i] <= edge.east && set.box[4 * i + 2] >= edge.west && set.box[4 * i + 1] <= edge.south && set.box[4 * i + 3] >= edge.north;
}

/** Return the rows whose boxes overlap the edge. A member of a cell reaches at most half a cell beyond it. */
function within(set, edge) {
  const grid = gridOf(set);
  const rows = grid.large.filter((i) => overlaps(set, i, edge));
  const first = (from, zero) => Math.max(0, Math.floor((from - grid.size / 2 - zero) / grid.size));
  const last = (to, zero) => Math.min(grid.side - 1, Math.floor((to + grid.size / 2 - zero) / grid.size));
  const right = last(edge.east, grid.edge.west);
  const bottom = last(edge.south, grid.edge.north);
  for (let row = first(edge.north, grid.edge.north); row <= bottom; row += 1) {
    for (let column = first(edge.west, grid.edge.west); column <= right; column += 1) {
      const cell = row * grid.side + column;
      for (let k = grid.starts[cell]; k < grid.starts[cell + 1]; k += 1) {
        if (overlaps(set, grid.members[k], edge)) rows.push(grid.members[k]);
      }
    }
  }
  return rows;
}
