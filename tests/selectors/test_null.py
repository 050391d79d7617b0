"""Cells without structure: nobody is called better than random; with it, the same code says so.

Every gene's values are dealt anew among the cells, by itself: each keeps its distribution, and
nothing tells about anything else.
"""

import pytest

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.evaluation.references import matched_random
from spinn.metrics.registry import HEADLINES
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network, fit
from spinn.panel import Panel
from spinn.selectors.baselines.all_baselines import BASELINES, greedy
from spinn.selectors.elimination import select
from spinn.settings import (
    EliminationSettings,
    NetworkSettings,
    RefitSettings,
    Settings,
    TrainingSettings,
)
from spinn.statistics.bootstrap import RunScores, bootstrap
from spinn.statistics.differences import better_than, differences
from spinn.statistics.summary import summarize
from tests.support.cells import without_counts
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
NEURAL = {"bernoulli-rfe": "bernoulli", "jacobian-ranking": "open"}


def claims(data: ExpressionData, task: str):
    """Judge selectors beside the floor; return the headline's rows: better than random, tiers."""
    judge = make_judge(data, task, SETTINGS)

    def run(selector, seed, panels):
        return RunScores("null", 0, task, selector, seed, evaluate(judge, panels, seed=seed)[1])

    runs = []
    for name, choose in BASELINES.items():
        for seed in SEEDS:
            path = choose(data, sizes=SIZES, seed=seed, constraints=Constraints(), task=task)
            runs.append(run(name, seed, path.panels))
    noise = "split" if data.has_counts else "hidden"
    problem = make_problem(data, task, noise=noise, basis=SETTINGS.basis, n_splits=2)
    for name, gate in NEURAL.items():
        for seed in SEEDS:
            start = base_network(problem, gate, SETTINGS, seed=seed)
            base = fit(start, problem, SETTINGS.training, seed=seed).network
            path = select(
                problem,
                base,
                name,
                SETTINGS,
                sizes=SIZES,
                seed=seed,
                constraints=Constraints(),
            )
            runs.append(run(name, seed, path.panels))
    like = greedy(data, sizes=SIZES, seed=0, constraints=Constraints(), task=task).panels
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
def test_without_structure_nobody_is_better_than_random(case, seed):
    task, destroy, _ = CASES[case]
    better, summary = claims(destroy(structured(seed), seed=100 + seed), task)
    assert better.empty, better
    tiers = summary.loc[summary["selector"] != "floor", "tier"]
    assert len(tiers) == len(SIZES) * (len(BASELINES) + len(NEURAL))
    assert (tiers == 1).all()


@pytest.mark.parametrize("case", CASES)
def test_with_structure_the_same_code_says_so(case):
    task, _, prepare = CASES[case]
    better, summary = claims(prepare(structured(0)), task)
    found = set(better.loc[better["size"] == 12, "selector"])
    assert "bernoulli-rfe" in found
    assert len(found) >= 3
    assert "random" not in set(better["selector"])
    assert summary.set_index(["selector", "size"]).loc[("random", 12), "tier"] > 1
