var map_coverplan = L.map(
"map_coverplan",
{
center: [0.0, 0.0],
crs: L.CRS.EPSG3857,
...{
"zoom": 2,
"zoomControl": false,
"preferCanvas": false,
"attributionControl": false,
"zoomSnap": 0.25,
"zoomDelta": 1,
"wheelPxPerZoomLevel": 90,
"keyboard": true,
"fadeAnimation": false,
}
}
);
