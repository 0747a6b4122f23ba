/* Inflate (RFC 1950 and 1951) for browsers without DecompressionStream. */

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
  16385, 24577,
];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Return the bytes that a zlib stream holds; `size` is how many there are. */
function inflate(source, size) {
  const out = new Uint8Array(size);
  let at = 2; // after the two bytes of the zlib header
  let written = 0;
  let held = 0;
  let heldBits = 0;

  function bits(count) {
    while (heldBits < count) {
      held |= source[at++] << heldBits;
      heldBits += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    heldBits -= count;
    return value;
  }

  /** Canonical Huffman code as counts by length and symbols in order (RFC 1951, 3.2.2). */
  function code(lengths) {
    const counts = new Uint16Array(16);
    const starts = new Uint16Array(16);
    const symbols = new Uint16Array(lengths.length);
    for (const length of lengths) counts[length] += 1;
    counts[0] = 0;
    for (let length = 1; length < 16; length += 1) starts[length] = starts[length - 1] + counts[length - 1];
    lengths.forEach((length, symbol) => {
      if (length) symbols[starts[length]++] = symbol;
    });
    return { counts, symbols };
  }

  function symbol(table) {
    let word = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; ; length += 1) {
      word |= bits(1);
      const count = table.counts[length];
      if (word - count < first) return table.symbols[index + word - first];
      index += count;
      first = (first + count) << 1;
      word <<= 1;
    }
  }

  function dynamicCodes() {
    const literals = bits(5) + 257;
    const distances = bits(5) + 1;
    const codes = bits(4) + 4;
    const lengths = new Array(19).fill(0);
    for (let i = 0; i < codes; i += 1) lengths[CODE_ORDER[i]] = bits(3);
    const table = code(lengths);
    const all = [];
    while (all.length < literals + distances) {
      const next = symbol(table);
      if (next < 16) all.push(next);
      else {
        const value = next === 16 ? all[all.length - 1] : 0;
        const times = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7);
        for (let i = 0; i < times; i += 1) all.push(value);
      }
    }
    return [code(all.slice(0, literals)), code(all.slice(literals))];
  }

  function fixedCodes() {
    const lengths = [];
    for (let i = 0; i < 288; i += 1) lengths.push(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    return [code(lengths), code(new Array(30).fill(5))];
  }

  function stored() {
    held = 0;
    heldBits = 0;
    const length = source[at] | (source[at + 1] << 8);
    out.set(source.subarray(at + 4, at + 4 + length), written);
    at += 4 + length;
    written += length;
  }

  function block(literalCode, distanceCode) {
    for (;;) {
      const next = symbol(literalCode);
      if (next === 256) return;
      if (next < 256) {
        out[written++] = next;
        continue;
      }
      const length = LENGTH_BASE[next - 257] + bits(LENGTH_EXTRA[next - 257]);
      const far = symbol(distanceCode);
      const from = written - DISTANCE_BASE[far] - bits(DISTANCE_EXTRA[far]);
      for (let i = 0; i < length; i += 1) out[written++] = out[from + i];
    }
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const type = bits(2);
    if (type === 0) stored();
    else {
      const codes = type === 1 ? fixedCodes() : dynamicCodes();
      block(codes[0], codes[1]);
    }
  }
  return out;
}
