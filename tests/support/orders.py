"""Genes of orders, and an explained panel, small."""

from dataclasses import replace

from spinn.panel import Panel, PanelPath
from spinn.platforms.genes import OrderedGene

HEADER = ["gene", "rank", "why", "selector", "role", "substitutes"]
HEADER += ["load", "load_max", "load_type", "load_unit", "required", "id"]
UNIT = "molecules per cell"
ROWS = [
    ["CD3E", 1, "x", "greedy", "type T", "CD3D", 1.5, 4.0, "T", UNIT, "yes", None],
    ["ensg00000156738.2", 2, "y", "greedy", "type B", None, 0.5, 9.0, "B", UNIT, "no", None],
    ["B2M", 3, "z", "greedy", "structure", "none good", 30.0, 45.0, "T", UNIT, "no", None],
]


def explained_path(**about):
    """A panel of three genes and one of two, the larger explained."""
    names = tuple(row[0] for row in ROWS)
    panels = (Panel(names), Panel(names[:2]))
    return PanelPath(panels, (), {"explained": {"3": [HEADER, *ROWS]}, **about})


def gene(name, load=None, load_max=None, **changes):
    """A gene of an order with its loads."""
    made = OrderedGene(name, name, "", 1, load=load, load_max=load_max)
    return replace(made, **{"load_type": "T", "load_unit": UNIT, **changes})
