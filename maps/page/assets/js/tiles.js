/* A base map from the internet, where the plan names one: off until the reader switches it on. */

/** Tiles of Gaode are drawn in GCJ-02; they are shifted by what that differs from WGS 84 at the middle of the view. */
const ShiftedTiles = L.TileLayer.extend({
  _setZoomTransform: function (level, centre, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, this._shifted(centre), zoom);
  },
  _getTiledPixelBounds: function (centre) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, this._shifted(centre));
  },
  _shifted: function (centre) {
    return this.options.gcj02 ? toGcj02(centre) : centre;
  },
});

const GCJ_AXIS = 6378245;
const GCJ_SQUARED = 0.006693421622965943;

/** Return where GCJ-02 puts a WGS 84 place (the formula of layers/gcj02.py). */
function toGcj02(place) {
  const x = place.lng - 105;
  const y = place.lat - 35;
  const wave = (value, long, short) => ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3 + ((20 * Math.sin(value * Math.PI) + 40 * Math.sin((value / 3) * Math.PI)) * 2) / 3 + ((long * Math.sin((value / 12) * Math.PI) + short * Math.sin((value / 30) * Math.PI)) * 2) / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + wave(y, 160, 320);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + wave(x, 150, 300);
  const radians = (place.lat * Math.PI) / 180;
  const root = 1 - GCJ_SQUARED * Math.pow(Math.sin(radians), 2);
  const lat = place.lat + (north * 180) / (((GCJ_AXIS * (1 - GCJ_SQUARED)) / (root * Math.sqrt(root))) * Math.PI);
  return L.latLng(lat, place.lng + (east * 180) / ((GCJ_AXIS / Math.sqrt(root)) * Math.cos(radians) * Math.PI));
}

let tiles = null;

function tilesShown() {
  return tiles !== null;
}

function switchTiles(on) {
  if (tiles) tiles.forEach((layer) => layer.remove());
  tiles = on ? view.data.basemap.addresses.map((address) => new ShiftedTiles(address, { subdomains: view.data.basemap.hosts, maxNativeZoom: view.data.basemap.zoom, maxZoom: 19, gcj02: view.data.basemap.gcj02, className: "tiles" }).addTo(view.map)) : null;
  drawLegend();
  view.layer.redraw();
}

/** The switch in the legend, with who made the map. */
function tileLegend() {
  if (!view.data.basemap) return null;
  const name = say("basemap_" + view.data.basemap.name);
  return make("p", { class: "basemap" }, toggle(tilesShown(), switchTiles, make("span", {}, say("online_map", { name }))));
}
