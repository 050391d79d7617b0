"""Floor and ceiling of a comparison: random panels expressed like those of `greedy`; all genes."""

from collections.abc import Iterable, Sequence

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.evaluation.references import reference
from spinn.panel import Panel
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.run import Run


def reference_panels(
    data: ExpressionData,
    task: str,
    sizes: Sequence[int],
    runs: Iterable[tuple[str, int]],
    base: Sequence[str] = (),
    slots: Sequence[str] = (),
) -> dict[tuple[str, int], list[Panel]]:
    """Return the panels of each (`floor` or `ceiling`, seed), large to small; see `reference`.

    They are added to the same ``base`` of measured genes, and leave room for the same ``slots``.
    """
    beside = Constraints(base=tuple(base), slots=tuple(slots))
    run = Run("greedy", sizes, constraints=beside)
    like = choose(open_cells("greedy", data, task), run).path.panels
    return {(name, seed): reference(data, name, seed, like) for name, seed in runs}
