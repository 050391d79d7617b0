"""The schema of the config: config/schema.yaml, with the selectors of the registry."""

from functools import cache
from typing import Any

import yaml

from spinn.runtime.environment import workflow_folder
from spinn.selectors.registry import SELECTORS


@cache
def load_schema() -> dict[str, Any]:
    """Return the schema of keys, types, ranges and defaults as JSON schema."""
    path = workflow_folder() / "config" / "schema.yaml"
    schema: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    selectors = schema["properties"]["selectors"]
    selectors["items"]["enum"] = list(SELECTORS)
    selectors["default"] = [name for name, entry in SELECTORS.items() if entry.is_default]
    by_type = [
        f"`{name}`"
        for name, entry in SELECTORS.items()
        if entry.needs_labels and entry.kind != "package"  # a package without a label only fails
    ]
    label = schema["properties"]["datasets"]["additionalProperties"]["properties"]["label"]
    label["description"] += f" These are {', '.join(by_type[:-1])} and {by_type[-1]}."
    return schema
