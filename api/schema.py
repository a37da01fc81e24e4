"""What the generated OpenAPI schema cannot know by itself: the shape of every refusal."""

from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable; see docs/api.md"},
                "message": {"type": "string", "description": "A sentence for a person"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    "description": "Sentences by parameter or by path in the body",
                },
            },
        }
    },
}


def summarise(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A drf-spectacular hook: the first sentence of a description heads its operation."""
    for operations in result["paths"].values():
        for operation in operations.values():
            first = operation.get("description", "").replace("\n", " ").split(". ")[0]
            operation.setdefault("summary", first.replace("``", "").rstrip("."))
    return result


def describe_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation may answer with the one error shape."""
    result["components"]["schemas"]["Error"] = ERROR
    refusal = {
        "description": "Refused, and nothing was changed",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            for status in ("4XX", "5XX"):
                operation["responses"][status] = refusal
    return result
