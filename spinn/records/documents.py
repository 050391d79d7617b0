"""What `panels.json` holds about a run in addition to its panels."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spinn.constraints.files import described
from spinn.panel import PanelPath
from spinn.records.choice import Choice
from spinn.records.provenance import made_by


def documented(
    choice: Choice, keys: Mapping[str, Any], *, config: Mapping[str, Any], threads: int
) -> PanelPath:
    """Return a run's panels with all that `panels.json` holds about it.

    ``keys`` are dataset, split, task, selector, seed, and data, the identity of the cells;
    ``config`` the parts that the selector depends on, of which the gene table is only described.
    """
    seconds, peak_mb = choice.cost.seconds, choice.cost.peak_mb
    made = made_by(seconds=seconds, peak_mb=peak_mb, threads=threads, device=choice.device)
    made["versions"] |= choice.versions
    settings = {**config, "genes": described(config["genes"]), **choice.details}
    failed = {} if choice.failed is None else {"failed": choice.failed}
    about = {**keys, **failed, "settings": settings, "made_by": made}
    return replace(choice.path, about=about)
