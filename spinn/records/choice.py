"""What a selector answers: its panels, and what is documented about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spinn.panel import PanelPath
from spinn.runtime.costs import NOTHING, Cost


@dataclass(frozen=True)
class Choice:
    """The panels of one run, and what is documented about them."""

    path: PanelPath  # no panels where the run failed
    cost: Cost = NOTHING  # of choosing, a base model's training included
    device: str = "cpu"  # where networks were trained
    details: Mapping[str, Any] = field(default_factory=dict)  # the selector's, for the settings
    versions: Mapping[str, str] = field(default_factory=dict)  # packages of another environment
    failed: str | None = None  # why there are no panels
    exhausted: bool = False  # whether it failed because it ran out of time
    for_task: "Callable[[Any], Choice] | None" = None  # the same for the cells of another task
