"""Crowding: how many molecules the genes of a panel have together, and which have most of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spinn.arrays import Floats, Integers
from spinn.platforms.heaviest import N_HEAVIEST
from spinn.platforms.platform import UNIT
from spinn.profiles.loads import ALL_CELLS, Loads

MAX_SHARE = 0.5  # of a panel's molecules that three genes may carry before it is worth a warning


class Crowding(NamedTuple):
    """What the genes of a panel have together in the cells of one type."""

    total: float  # molecules per cell
    share: float  # of them that the heaviest three genes carry, 0 to 1
    heaviest: tuple[int, ...]  # the positions of these genes, heaviest first


def crowding(loads: Loads, panel: Integers) -> dict[str, Crowding]:
    """Return the crowding by a panel, by position, over all cells and in each type."""
    by_type = dict(zip(loads.types, loads.molecules, strict=True))
    return {
        name: _crowding(molecules, panel)
        for name, molecules in {ALL_CELLS: loads.overall, **by_type}.items()
    }


def warnings_of(
    loads: Loads, genes: Sequence[str], panel: Integers, *, extreme: float
) -> list[str]:
    """Return a sentence for each way in which a panel would crowd any platform.

    Parameters
    ----------
    loads
        Of all genes.
    genes
        Their names.
    panel
        Positions of the panel's genes.
    extreme
        Molecules per cell of one type that no known platform takes of one gene.
    """
    whole = _crowding(loads.overall, panel)
    sentences = []
    if whole.share > MAX_SHARE and len(panel) > 2 * N_HEAVIEST:
        names = ", ".join(genes[i] for i in whole.heaviest)
        sentences.append(
            f"{names} carry {whole.share:.0%} of the panel's molecules; set genes.load or a "
            "platform to keep such genes out"
        )
    highest = loads.molecules[:, panel]
    if loads.unit != UNIT:
        extreme = np.inf  # limits of platforms are said of molecules per cell
    over = [
        i for i in np.argsort(-highest.max(axis=0), kind="stable") if highest[:, i].max() > extreme
    ]
    if over:
        named = [
            f"{genes[panel[i]]} {highest[:, i].max():.0f} in {loads.types[highest[:, i].argmax()]}"
            for i in over[:N_HEAVIEST]
        ]
        more = f" and {len(over) - N_HEAVIEST} more" if len(over) > N_HEAVIEST else ""
        sentences.append(
            f"above {extreme:g} {loads.unit}, which no known platform takes: "
            f"{', '.join(named)}{more}; set genes.load or a platform to keep such genes out"
        )
    return sentences


def _crowding(molecules: Floats, panel: Integers) -> Crowding:
    of_panel = molecules[panel]
    order = np.argsort(-of_panel, kind="stable")[:N_HEAVIEST]
    total = float(of_panel.sum())
    share = float(of_panel[order].sum() / total) if total else 0.0
    return Crowding(total, share, tuple(panel[order].tolist()))
