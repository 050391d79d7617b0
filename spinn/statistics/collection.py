"""The tables of a whole run, from its scores and its numbers per test cell."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import pandas as pd

from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.differences import differences
from spinn.statistics.grouping import grouped
from spinn.statistics.normalised import normalised
from spinn.statistics.outcomes import failures, with_failed
from spinn.statistics.recalls import recalls
from spinn.statistics.smallest import smallest
from spinn.statistics.summary import summarize

_SELECTOR = ("dataset", "task", "selector")
_selector_of = attrgetter(*_SELECTOR)


def tables_of_run(
    scores: pd.DataFrame,
    runs: Iterable[RunScores],
    costs: pd.DataFrame,
    *,
    n_bootstrap: int,
    wanted_share: float,
) -> dict[str, pd.DataFrame]:
    """Return scores, costs, summary, differences, normalised, smallest and recall.

    Scores are those of scores.csv, costs of `spinn.statistics.outcomes.cost_table`; for the wanted
    share see `spinn.statistics.smallest`. A selector that failed in some split has rows in costs
    and summary alone.
    """
    failed = list(failures(costs))
    kept = [run for run in runs if _selector_of(run) not in failed]
    is_failed = pd.MultiIndex.from_frame(scores[list(_SELECTOR)]).isin(failed)
    # A cell type may be called "all": recall belongs to types.
    overall = scores[~is_failed & (scores["metric"] != "recall")]
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


def complete(runs: Sequence[RunScores]) -> list[RunScores]:
    """Return the runs of selectors that have some in every split."""
    splits = {
        key: {run.split for run in members} for key, members in grouped(runs, *_SELECTOR).items()
    }
    everywhere = {run.split for run in runs}
    return [run for run in runs if splits[_selector_of(run)] == everywhere]
