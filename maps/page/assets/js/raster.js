/* When tens of thousands of shapes are in view, each is a few pixels: write those pixels ourselves, then paint them once. */

let keptCanvas = null; // one for all sheets: ten megabytes anew for each picture would wait for the memory to be cleared
let keptImage = null;

/** Return an empty sheet of pixels the size of the canvas; `paintSheet` puts it under the pen before the next is asked for. */
function pixelSheet(frame) {
  const width = frame.canvas.width;
  const height = frame.canvas.height;
  if (!keptImage || keptImage.width !== width || keptImage.height !== height) {
    keptCanvas = Object.assign(document.createElement("canvas"), { width, height });
    keptImage = frame.pen.createImageData(width, height);
  }
  const pixels = new Uint32Array(keptImage.data.buffer);
  pixels.fill(0);
  return { width, height, pixels, ratio: frame.ratio };
}

function paintSheet(sheet, frame) {
  const pen = keptCanvas.getContext("2d", { willReadFrequently: true });
  pen.putImageData(keptImage, 0, 0);
  frame.pen.drawImage(keptCanvas, 0, 0, sheet.width / sheet.ratio, sheet.height / sheet.ratio);
}

/** Return "#rrggbb" as the low three bytes of a pixel (the order of bytes in memory is red, green, blue, alpha). */
function pixelColour(colour) {
  const value = parseInt(colour.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
}

/** Draw these lines as hairlines, softened by sharing each step between the two pixels it lies on. */
function plotLines(sheet, frame, set, rows, colour, strength) {
  const rgb = pixelColour(colour);
  const place = { scale: frame.scale * sheet.ratio, left: frame.left * sheet.ratio, top: frame.top * sheet.ratio };
  for (const row of rows) {
    for (let part = set.partStart[row]; part < set.partStart[row + 1]; part += 1) plotPart(sheet, place, set, part, rgb, strength);
  }
}

/** Draw one line from bend to bend, without the bends less than a pixel from the last one drawn; its end is always drawn. */
function plotPart(sheet, place, set, part, rgb, strength) {
  const end = set.start[part + 1] - 1;
  let x = set.x[set.start[part]] * place.scale - place.left;
  let y = set.y[set.start[part]] * place.scale - place.top;
  for (let v = set.start[part] + 1; v <= end; v += 1) {
    const toX = set.x[v] * place.scale - place.left;
    const toY = set.y[v] * place.scale - place.top;
    if (v < end && Math.abs(toX - x) < 1 && Math.abs(toY - y) < 1) continue;
    plotSegment(sheet, x, y, toX, toY, rgb, strength);
    x = toX;
    y = toY;
  }
}

function plotSegment(sheet, x, y, toX, toY, rgb, strength) {
  const width = sheet.width;
  const height = sheet.height;
  if ((x < 0 && toX < 0) || (y < 0 && toY < 0) || (x >= width && toX >= width) || (y >= height && toY >= height)) return;
  const pixels = sheet.pixels;
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toX - x), Math.abs(toY - y))));
  const stepX = (toX - x) / steps;
  const stepY = (toY - y) / steps;
  const flat = Math.abs(stepX) > Math.abs(stepY);
  const beside = flat ? width : 1;
  for (let i = 0; i < steps; i += 1, x += stepX, y += stepY) {
    const column = x | 0;
    const row = y | 0;
    if (x < 0 || y < 0 || column >= width - 1 || row >= height - 1) continue;
    const over = flat ? y - row : x - column;
    const at = row * width + column;
    const near = strength * (1 - over) | 0;
    const far = strength * over | 0;
    if (pixels[at] >>> 24 < near) pixels[at] = (near << 24) | rgb;
    if (pixels[at + beside] >>> 24 < far) pixels[at + beside] = (far << 24) | rgb;
  }
}

/** Draw these points as small squares; one that lies on another of its kind costs nothing. */
function plotPoints(sheet, frame, set, rows, colour, side) {
  const pixel = (0xff << 24) | pixelColour(colour);
  const scale = frame.scale * sheet.ratio;
  const size = Math.max(1, Math.round(side * sheet.ratio));
  for (const row of rows) {
    const v = set.start[set.partStart[row]];
    const x = Math.round(set.x[v] * scale - frame.left * sheet.ratio - size / 2);
    const y = Math.round(set.y[v] * scale - frame.top * sheet.ratio - size / 2);
    if (x < 0 || y < 0 || x + size >= sheet.width || y + size >= sheet.height) continue;
    if (sheet.pixels[y * sheet.width + x] === pixel >>> 0) continue;
    for (let line = 0; line < size; line += 1) sheet.pixels.fill(pixel, (y + line) * sheet.width + x, (y + line) * sheet.width + x + size);
  }
}
