/* Three canvases that follow Leaflet's map: the villages' colours, what seldom changes, and what the reader touches. */

const PADDING = 0.25; // of the map's size on each side, so that a drag shows no empty edge
const SHARPEST = 2; // canvas pixels per CSS pixel; more costs four times the work and is not seen
const BACKGROUND = "#f1f3f5"; // as in map.css
const QUICK_DRAW_MS = 14; // a picture this quick to draw is drawn again while dragging

const CanvasLayer = L.Layer.extend({
  /** `painters` paint from the bottom up: colours of villages, everything under the gaps, gaps and names. */
  initialize: function (painters) {
    this._painters = painters;
    this._drawMs = 0;
  },

  onAdd: function (map) {
    this._box = L.DomUtil.create("div", "leaflet-zoom-animated drawing", map.getPane("overlayPane"));
    this._sheets = this._painters.map(() => L.DomUtil.create("canvas", "", this._box));
    this.settle();
  },

  getEvents: function () {
    return { moveend: this.settle, resize: this.settle, zoom: this._follow, zoomanim: this._animate, move: this._drag };
  },

  /** Lay the canvases over the map as it is now and draw both. */
  settle: function () {
    const map = this._map;
    const size = map.getSize();
    if (!size.x || !size.y) return;
    const began = performance.now();
    this._corner = map.containerPointToLayerPoint(size.multiplyBy(-PADDING)).round();
    this._centre = map.getCenter();
    this._zoom = map.getZoom();
    const side = size.multiplyBy(1 + 2 * PADDING).round();
    const ratio = view.printing ? SHARPEST : Math.min(SHARPEST, window.devicePixelRatio || 1);
    for (const canvas of this._sheets) {
      canvas.width = side.x * ratio;
      canvas.height = side.y * ratio;
      canvas.style.width = side.x + "px";
      canvas.style.height = side.y + "px";
    }
    L.DomUtil.setTransform(this._box, this._corner, 1);
    this._frame = frameOf(map, this._corner, side, ratio);
    this.redraw();
    this._drawMs = performance.now() - began;
  },

  redraw: function () {
    if (!this._frame) return;
    this._sheets.forEach((canvas, i) => this._paint(i));
    this._sheets.slice(1).forEach((canvas) => (canvas.style.display = view.printing ? "none" : ""));
    if (view.printing) this._flatten();
  },

  /** Draw the villages' colours and what stands above everything again, not the roads and lamps between them. */
  recolour: function () {
    if (!this._frame) return;
    this._paint(0);
    this._paint(2);
  },

  redrawTop: function () {
    if (this._frame) this._paint(2);
  },

  _paint: function (i) {
    this._painters[i](this._onto(this._sheets[i]));
  },

  /** Make one opaque picture of all canvases: Chromium prints what a canvas cleared as white over what lies below. */
  _flatten: function () {
    const frame = Object.assign({}, this._frame, { pen: this._sheets[0].getContext("2d") });
    for (const above of this._sheets.slice(1)) frame.pen.drawImage(above, 0, 0, frame.width, frame.height);
    frame.pen.globalCompositeOperation = "destination-over";
    frame.pen.fillStyle = BACKGROUND;
    frame.pen.fillRect(0, 0, frame.width, frame.height);
    frame.pen.globalCompositeOperation = "source-over";
  },

  _onto: function (canvas) {
    const pen = canvas.getContext("2d", { willReadFrequently: true }); // drawn by the processor: old office machines have nothing better, and pixels are put by hand
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(this._frame.ratio, 0, 0, this._frame.ratio, 0, 0);
    return Object.assign({}, this._frame, { pen, canvas });
  },

  _drag: function () {
    if (this._map._animatingZoom || this._zoom !== this._map.getZoom() || this._drawMs > QUICK_DRAW_MS) return;
    const moved = this._map.latLngToContainerPoint(this._centre).distanceTo(this._map.getSize().divideBy(2));
    if (moved > 0.6 * PADDING * Math.min(this._map.getSize().x, this._map.getSize().y)) this.settle();
  },

  _follow: function () {
    this._stretch(this._map.getCenter(), this._map.getZoom());
  },

  _animate: function (event) {
    this._stretch(event.center, event.zoom);
  },

  /** Show the picture drawn last at another zoom until the next one is drawn (as L.Renderer does). */
  _stretch: function (centre, zoom) {
    if (!this._centre) return;
    const map = this._map;
    const scale = map.getZoomScale(zoom, this._zoom);
    const corner = map
      .getSize()
      .multiplyBy(-scale * (0.5 + PADDING))
      .add(map.project(this._centre, zoom))
      .subtract(map._getNewPixelOrigin(centre, zoom));
    L.DomUtil.setTransform(this._box, corner, scale);
  },
});

/** How grid steps become pixels: pixel = step * scale - left (or top). `edge` is what the canvas shows, in grid steps. */
function frameOf(map, corner, side, ratio) {
  const scale = (256 * Math.pow(2, map.getZoom())) / Math.pow(2, view.data.grid.bits);
  const origin = map.getPixelOrigin().add(corner);
  const edge = { west: origin.x / scale, north: origin.y / scale, east: (origin.x + side.x) / scale, south: (origin.y + side.y) / scale };
  return { scale, left: origin.x, top: origin.y, width: side.x, height: side.y, ratio, zoom: map.getZoom(), edge, corner };
}

/** Return the place of a grid point as Leaflet has it. */
function latLngOf(x, y) {
  const side = Math.pow(2, view.data.grid.bits);
  return view.map.unproject(L.point((256 * x) / side, (256 * y) / side), 0);
}

function boundsOf(edge) {
  return L.latLngBounds(latLngOf(edge.west, edge.north), latLngOf(edge.east, edge.south));
}
