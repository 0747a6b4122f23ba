"""The JSON Schema of plan.yaml, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from layers import library
from layers.plan import LayerSpec, Settings
from layers.ruletypes import rule_type, rule_type_names


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan.yaml (draft 2020-12) made from the very models that type a plan."""
    types = {name: rule_type(name) for name in rule_type_names()}
    models: list[type[BaseModel]] = [Settings, LayerSpec, *types.values()]
    refs, definitions = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    by_model = {model: ref for (model, _), ref in refs.items()}
    own = [{"allOf": [by_model[model], {"properties": {"type": {"const": name}}}]} for name, model in types.items()]
    from_library = {"properties": {"id": {"enum": list(library.rules(library.DEFAULT_PROFILE))}}, "required": ["id"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "coverplan plan.yaml",
        "type": "object",
        "properties": {
            "plan": by_model[Settings],
            "layers": {"type": "object", "additionalProperties": by_model[LayerSpec]},
            "rules": {"type": "array", "items": {"anyOf": [from_library, *own]}},
        },
        "required": ["plan", "layers", "rules"],
        "additionalProperties": False,
        "$defs": definitions["$defs"],
    }
