"""Cells without structure: no selector is better than random; with it, the same code says so.

Every gene's values are permuted among the cells, by itself: each keeps its distribution, and no
gene says anything about another.
"""

import pytest

from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.evaluation.references import matched_random
from spinn.metrics.registry import HEADLINES
from spinn.panel import Panel
from spinn.records.scores import RunScores
from spinn.selectors.registry import SELECTORS
from spinn.settings import (
    EliminationSettings,
    NetworkSettings,
    RefitSettings,
    Settings,
    TrainingSettings,
)
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.differences import better_than, differences
from spinn.statistics.summary import summarize
from tests.support.cells import without_counts
from tests.support.selectors import choose
from tests.support.unstructured import noise_alone, structured, unstructured, unstructured_values

pytestmark = pytest.mark.slow
SIZES, SEEDS, N_FLOOR = [4, 12], (0, 1), 12
SETTINGS = Settings(
    network=NetworkSettings(hidden=(16,)),
    training=TrainingSettings(max_steps=150, check_every=25, min_dropout=0.0),
    elimination=EliminationSettings(ratio=0.4, max_steps=30),
    refit=RefitSettings(max_steps=100),
    basis=16,
    n_splits=2,
    test_splits=2,
)
NAMES = [name for name, entry in SELECTORS.items() if entry.family == "baselines"]
NAMES += ["bernoulli-rfe", "jacobian-ranking"]


def claims(data: ExpressionData, task: str):
    """Judge selectors and the floor; return the headline's rows: better than random, tiers."""
    judge = make_judge(data, task, SETTINGS)
    options = {"sizes": SIZES, "task": task, "settings": SETTINGS}

    def run(selector, seed, panels):
        return RunScores("null", 0, task, selector, seed, evaluate(judge, panels, seed=seed)[1])

    runs = [
        run(name, seed, choose(name, data, seed=seed, **options).panels)
        for name in NAMES
        for seed in SEEDS
    ]
    like = choose("greedy", data, **options).panels
    for seed in range(N_FLOOR):
        drawn = matched_random(data, like[0].genes, seed=seed)
        runs.append(run("floor", seed, [Panel(drawn[: panel.size]) for panel in like]))
    tasks = bootstrap(runs, n_bootstrap=400, seed=0)
    better, summary = better_than(differences(tasks), "floor"), summarize(tasks)
    better = better[better["metric"].isin(HEADLINES)]
    return better, summary[summary["metric"].isin(HEADLINES)]


CASES = {
    "types": ("classification", unstructured, lambda data: data),
    "genes": ("reconstruction", unstructured_values, without_counts),
    "molecules": ("reconstruction", noise_alone, lambda data: data),
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("case", CASES)
def test_without_structure_no_selector_is_better_than_random(case, seed):
    task, destroy, _ = CASES[case]
    better, summary = claims(destroy(structured(seed), seed=100 + seed), task)
    assert better.empty, better
    tiers = summary.loc[summary["selector"] != "floor", "tier"]
    assert len(tiers) == len(SIZES) * len(NAMES)
    assert (tiers == 1).all()


@pytest.mark.parametrize("case", CASES)
def test_with_structure_the_same_code_says_so(case):
    task, _, prepare = CASES[case]
    better, summary = claims(prepare(structured(0)), task)
    names = set(better.loc[better["size"] == 12, "selector"])
    assert "bernoulli-rfe" in names
    assert len(names) >= 3
    assert "random" not in set(better["selector"])
    assert summary.set_index(["selector", "size"]).loc[("random", 12), "tier"] > 1
