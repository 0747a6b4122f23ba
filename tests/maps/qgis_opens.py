"""Run by QGIS's own Python: opens every layer at the addresses given and says what QGIS makes of it, as JSON."""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsDataProvider, QgsVectorLayer


def described(layer: QgsVectorLayer) -> dict[str, object]:
    renderer = layer.renderer()
    categories = renderer.categories() if renderer and renderer.type() == "categorizedSymbol" else []
    first = next(layer.getFeatures(), None)
    return {
        "valid": layer.isValid(),
        "rows": layer.featureCount(),
        "crs": layer.crs().authid(),
        "labels": layer.labelsEnabled(),
        "categories": {str(item.value()): item.label() for item in categories},
        "colours": sorted({item.symbol().color().name() for item in categories}),
        "fields": [field.name() for field in layer.fields()],
        "first": [str(value) for value in first.attributes()] if first else [],
    }


def main(provider: str, address: str) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    found = {}
    if provider == "ogr":
        whole = QgsVectorLayer(address, "all", "ogr")
        for entry in whole.dataProvider().subLayers():
            name = entry.split(QgsDataProvider.sublayerSeparator())[1]
            found[name] = described(QgsVectorLayer(f"{address}|layername={name}", name, "ogr"))
    else:
        found["layer"] = described(QgsVectorLayer(address, "layer", provider))
    sys.stdout.write(json.dumps(found, ensure_ascii=False))
    sys.stdout.flush()
    os._exit(0)  # QGIS without a screen crashes now and then while it takes itself apart


main(*sys.argv[1:])
