"""What `panels.json` holds about a run in addition to its panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spinn.constraints.files import described
from spinn.panel import PanelPath
from spinn.records.provenance import made_by
from spinn.runtime.costs import NOTHING, Cost


@dataclass(frozen=True)
class Choice:
    """The panels of one run, and what is documented about them.

    Parameters
    ----------
    path
        The panels; none where the run failed.
    cost
        Of choosing, a base model's training included.
    device
        Where networks were trained.
    details
        Further results of the selector, for the settings of `panels.json`.
    versions
        Of packages of another environment.
    failed
        Why there are no panels, None where there are.
    exhausted
        Whether it failed because it ran out of time.
    """

    path: PanelPath
    cost: Cost = NOTHING
    device: str = "cpu"
    details: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    failed: str | None = None
    exhausted: bool = False


def documented(
    choice: Choice, keys: Mapping[str, Any], *, config: Mapping[str, Any], threads: int
) -> PanelPath:
    """Return a run's panels with all that `panels.json` holds about it.

    Parameters
    ----------
    choice
        The panels and further results of the selector.
    keys
        dataset, split, task, selector, seed, and data, the identity of the cells.
    config
        The parts of the config that the selector depends on; the gene table is only described.
    threads
        Of the run.
    """
    cost = choice.cost
    made = made_by(
        seconds=cost.seconds, peak_mb=cost.peak_mb, threads=threads, device=choice.device
    )
    made["versions"] |= choice.versions
    settings = {**config, "genes": described(config["genes"]), **choice.details}
    failed = {} if choice.failed is None else {"failed": choice.failed}
    about = {**keys, **failed, "settings": settings, "made_by": made}
    return replace(choice.path, about=about)
