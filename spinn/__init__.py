"""Choose the genes worth measuring, with sparse-input neural networks.

The public names are loaded when first used, so that ``import spinn`` stays fast: it imports
neither torch nor scanpy.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "select_genes": "interface.select",
    "evaluate_panels": "interface.evaluate",
    "load_panel": "panel_files",
    "Panel": "panel",
    "PanelPath": "panel",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - names resolved by __getattr__


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'spinn' has no attribute {name!r}")
    return getattr(import_module(f"spinn.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
