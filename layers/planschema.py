"""The JSON Schema of plan.yaml, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from layers import library
from layers.plan import LayerSpec, Settings
from layers.ruletypes import PART_SCHEMA, rule_type, rule_type_names


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan.yaml (draft 2020-12) made from the very models that type a plan."""
    types = {name: rule_type(name) for name in rule_type_names()}
    models: list[type[BaseModel]] = [Settings, LayerSpec, *types.values()]
    refs, definitions = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    by_model = {model: ref for (model, _), ref in refs.items()}
    own = [{"allOf": [by_model[model], {"properties": {"type": {"const": name}}}]} for name, model in types.items()]
    parts = [_as_part(name, definitions["$defs"][model.__name__]) for name, model in types.items()]
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
        "$defs": {**_with_parts(definitions["$defs"]), PART_SCHEMA["title"]: {"anyOf": parts}},
    }


def _as_part(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a rule inside another one: of this type, and without an id."""
    required = [key for key in schema.get("required", ()) if key != "id"]
    part = _with_parts({key: value for key, value in schema.items() if key != "required"})
    return {**part, "properties": {**part["properties"], "type": {"const": name}}, "required": required}


def _with_parts(schema: Any) -> Any:
    """Return the schema with every rule inside another one as a reference to what such a rule may be."""
    if schema == PART_SCHEMA:
        return {"$ref": f"#/$defs/{PART_SCHEMA['title']}"}
    if isinstance(schema, dict):
        return {key: _with_parts(value) for key, value in schema.items()}
    return [_with_parts(one) for one in schema] if isinstance(schema, list) else schema
