"""What `panels.json` says of a run beside its panels."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from spinn.constraints.files import described
from spinn.panel import PanelPath
from spinn.records.provenance import made_by
from spinn.runtime.costs import Cost


class Chosen(NamedTuple):
    """Panels, what they cost and where, and what the selector found out besides."""

    path: PanelPath
    cost: Cost
    device: str = "cpu"
    besides: Mapping[str, Any] = MappingProxyType({})


def documented(
    path: PanelPath,
    about: Mapping[str, Any],
    *,
    config: Mapping[str, Any],
    cost: Cost,
    threads: int,
    device: str = "cpu",
    versions: Mapping[str, str] | None = None,
) -> PanelPath:
    """Return a run's panels with all that `panels.json` says of it.

    Parameters
    ----------
    path
        The panels.
    about
        dataset, split, task, selector, seed, and data, the identity of the cells.
    config
        The parts of the config that the selector depends on, and what it found out besides; the
        gene table is only described.
    cost, threads, device
        Of the run.
    versions
        Of packages of another environment that took part.
    """
    settings = {**config, "genes": described(config["genes"])}
    made = made_by(seconds=cost.seconds, peak_mb=cost.peak_mb, threads=threads, device=device)
    made["versions"] = {**made["versions"], **(versions or {})}
    return replace(path, about={**about, "settings": settings, "made_by": made})
