"""The tables of a whole run, from its scores and its numbers per test cell."""

from collections.abc import Iterable, Sequence

import pandas as pd

from spinn.metrics.cell_scores import CellScores
from spinn.statistics.bootstrap import RunScores, bootstrap
from spinn.statistics.differences import differences
from spinn.statistics.normalised import normalised
from spinn.statistics.outcomes import failures, with_failed
from spinn.statistics.recalls import recalls
from spinn.statistics.smallest import smallest
from spinn.statistics.summary import summarize

Runs = Iterable[tuple[str, int, str, str, int, CellScores]]
"""As `RunScores`."""


def tables_of_run(
    scores: pd.DataFrame,
    runs: Runs,
    costs: pd.DataFrame,
    *,
    n_bootstrap: int,
    wanted_share: float,
) -> dict[str, pd.DataFrame]:
    """Return scores, costs, summary, differences, normalised, smallest and recall.

    A selector that failed in some split has rows in costs and summary alone.

    Parameters
    ----------
    scores
        Tidy rows, as scores.csv.
    runs
        Their numbers per test cell.
    costs
        From `spinn.statistics.outcomes.cost_table`.
    n_bootstrap
        Draws behind an interval.
    wanted_share
        See `spinn.statistics.smallest`.
    """
    failed = failures(costs)
    kept = [
        run
        for run in (RunScores(*run) for run in runs)
        if (run.dataset, run.task, run.selector) not in failed
    ]
    keys = zip(scores["dataset"], scores["task"], scores["selector"], strict=True)
    is_kept = pd.Series([key not in failed for key in keys], index=scores.index)
    # A cell type may be called "all": recall belongs to types.
    overall = scores[is_kept & (scores["metric"] != "recall")]
    draws = bootstrap(kept, overall, n_bootstrap=n_bootstrap, seed=0)
    shares = normalised(draws)
    return {
        "scores": scores,
        "costs": costs,
        "summary": with_failed(summarize(draws), costs),
        "differences": differences(draws),
        "normalised": shares,
        "smallest": smallest(shares, wanted_share),
        "recall": recalls(kept, n_bootstrap=n_bootstrap, seed=0),
    }


def complete(runs: Runs) -> Sequence[RunScores]:
    """Return the runs of selectors that have some in every split."""
    scores = [RunScores(*run) for run in runs]
    splits: dict[tuple[str, str, str], set[int]] = {}
    for run in scores:
        splits.setdefault((run.dataset, run.task, run.selector), set()).add(run.split)
    n_splits = len({run.split for run in scores})
    return [run for run in scores if len(splits[run.dataset, run.task, run.selector]) == n_splits]
