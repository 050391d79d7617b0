"""Evaluation: the values it must give where they are known, its rows, and what it may use."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from sklearn.neighbors import NearestNeighbors

from spinn.evaluation import evaluate as evaluation
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.evaluation.refit import refit
from spinn.metrics.registry import DIRECTION
from spinn.networks.batches import TEST_SEED
from spinn.networks.gates import OpenGate
from spinn.networks.network import Network
from spinn.panel import Panel
from spinn.preparation.thinning import thin
from tests.support.cells import QUICK, from_counts, make_data, same_state, scrambled, without_counts
from tests.support.judging import DATA, PANELS, READINGS, judged, value

WHOLE = Panel(DATA.genes)


def test_the_headline_needs_counts():
    for data, headline in ((DATA, "fvu_split"), (without_counts(DATA), "fvu_without_self")):
        metrics = {row["metric"] for row in judged(data)[1]}
        fvu = {metric for metric in metrics if metric.startswith("fvu")}
        assert fvu == {headline, "fvu_panel_known"}


def stub(monkeypatch, make):
    """Replace refits by networks that ``make(problem)`` returns."""

    def refits(problem, panels, settings, *, seed):
        kept = [problem.keep(torch.as_tensor(DATA.positions(panel.genes))) for panel in panels]
        return [(smaller, make(smaller)) for smaller in kept]

    monkeypatch.setattr(evaluation, "refit", refits)


def linear(problem, weight):
    n_inputs = len(problem.genes)
    network = Network(OpenGate(n_inputs), n_inputs, (), problem.task.n_outputs)
    network.linears[0].weight.data = torch.as_tensor(weight, dtype=torch.float32)
    network.linears[0].bias.data.zero_()
    return network


@pytest.mark.parametrize(("reading", "metric", "data"), READINGS)
def test_predicting_the_mean_gives_one(monkeypatch, reading, metric, data):
    stub(monkeypatch, lambda p: linear(p, np.zeros((p.task.n_outputs, len(p.genes)))))
    judge, rows, _ = judged(data)
    for panel in PANELS:
        expected = 1.0
        if reading == "none":  # the panel's genes are known
            mean = judge.problems["none"].task.mean.numpy()
            total = ((judge.test.values.toarray() - mean) ** 2).sum(0)
            expected = 1 - total[DATA.positions(panel.genes)].sum() / total.sum()
        assert value(rows, metric, panel.size) == pytest.approx(expected, rel=1e-5)
        if reading != "none":
            assert value(rows, "r2_median", panel.size) == pytest.approx(0, abs=1e-5)


def test_perfect_prediction_gives_zero(monkeypatch):
    judge = make_judge(DATA, "reconstruction", replace(QUICK, basis=None))
    halves = thin(judge.test, n_splits=QUICK.test_splits, seed=TEST_SEED)
    wanted = {
        "split": [half for a, b in halves for half in (b, a)],
        "none": [judge.test.values],
    }

    def oracle(problem):
        noise = problem.encoder.noise
        answers = iter(torch.as_tensor(y.toarray()) - problem.task.mean for y in wanted[noise])
        return lambda x: next(answers)

    stub(monkeypatch, oracle)
    rows, _ = evaluate(judge, PANELS, seed=3)
    for panel in PANELS:
        for metric in ("fvu_split", "fvu_panel_known"):
            assert value(rows, metric, panel.size) == pytest.approx(0, abs=1e-10)
        assert value(rows, "r2_median", panel.size) == pytest.approx(1)


def twins():
    """Ten genes, each twice: what one gene says, its twin says."""
    counts = make_data(150).counts[:, :10]
    return without_counts(from_counts(sp.hstack([counts, counts]).tocsr()))


def diagonal(problem, shift):
    """A network that predicts gene i by the standardised value of gene i + shift."""
    genes = np.arange(20)
    weight = np.zeros((20, 20))
    weight[genes, (genes + shift) % 20] = problem.encoder.input_std
    return linear(problem, weight)


@pytest.mark.parametrize(("shift", "expected"), [(0, 1.0), (10, 0.0)])
def test_without_self_a_gene_is_hidden_from_itself_only(monkeypatch, shift, expected):
    stub(monkeypatch, lambda problem: diagonal(problem, shift))
    judge = make_judge(twins(), "reconstruction", replace(QUICK, basis=None))
    rows, _ = evaluate(judge, [Panel(judge.data.genes)], seed=3)
    assert value(rows, "fvu_without_self", 20) == pytest.approx(expected, abs=1e-5)


def test_known_twins_are_predicted_without_error(monkeypatch):
    half = Panel(twins().genes[:10])
    spread = twins().std[:10]
    stub(monkeypatch, lambda p: linear(p, np.vstack([np.diag(spread), np.diag(spread)])))
    judge = make_judge(twins(), "reconstruction", replace(QUICK, basis=None))
    rows, _ = evaluate(judge, [half], seed=3)
    assert value(rows, "fvu_panel_known", 10) == pytest.approx(0, abs=1e-8)
    assert value(rows, "fvu_without_self", 10) == pytest.approx(0.5, abs=0.01)


TASKS = {
    "reconstruction": {"fvu_split", "fvu_panel_known", "r2_median", "r2_gene"},
    "classification": {"macro_f1", "balanced_accuracy", "accuracy", "recall"},
    "regression": {"r2"},
    "hurdle": {"hurdle_loss"},
}


@pytest.mark.parametrize("task", TASKS)
def test_rows_are_tidy_and_hold_the_tasks_metrics(task):
    judge, rows, cells = judged(replace(DATA, donors=DATA.cells[::-1]), task)
    assert {row["metric"] for row in rows} == TASKS[task] | {"knn_share", "redundancy"}
    assert {row["metric"] for row in rows} <= DIRECTION.keys()
    for row in rows:
        assert list(row) == ["size", "target", "metric", "value"]
        assert np.isfinite(row["value"])
    assert all(type(row["size"]) is int and type(row["value"]) is float for row in rows)
    keys = [(row["size"], row["target"], row["metric"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {size for size, *_ in keys} == {5, 2}
    targets = {target for _, target, _ in keys}
    assert targets <= {"all", *DATA.genes, *DATA.classes, *DATA.target_names}
    assert cells.sizes.tolist() == [5, 2]
    assert np.array_equal(cells.block, judge.test.donors)


@pytest.mark.parametrize("task", TASKS)
def test_same_seed_same_rows_and_nothing_is_changed(task):
    before = DATA.fingerprint()
    judge, rows, _ = judged(DATA, task)
    assert evaluate(judge, PANELS, seed=3)[0] == rows
    assert evaluate(judge, PANELS, seed=4)[0] != rows
    assert DATA.fingerprint() == before


@pytest.mark.parametrize("task", TASKS)
def test_test_cells_change_the_evaluation_alone(task):
    judge, rows, _ = judged(DATA, task)
    other, rows_of_scrambled, _ = judged(scrambled(DATA, "test"), task)
    assert rows != rows_of_scrambled
    for reading, problem in judge.problems.items():
        networks = [
            refit(p, PANELS, QUICK, seed=3)[1][1].state_dict()
            for p in (problem, other.problems[reading])
        ]
        assert same_state(*networks)


def test_neighbours_and_redundancy():
    judge, rows, cells = judged(DATA, "regression")

    def nearest(x):
        indices = NearestNeighbors(n_neighbors=16).fit(x).kneighbors(x)[1]
        return [set(row.tolist()) - {i} for i, row in enumerate(indices)]

    everything = nearest(judge.test.values.toarray().astype(np.float64))
    for at, panel in enumerate(PANELS):
        x = judge.test.values[:, DATA.positions(panel.genes)].toarray().astype(np.float64)
        pairs = zip(everything, nearest(x), strict=True)
        expected = [len(a & b) / 15 for a, b in pairs]
        np.testing.assert_allclose(cells.mean["knn_share"][at], expected)
        assert value(rows, "knn_share", panel.size) == pytest.approx(np.mean(expected))
        r = np.abs(np.corrcoef(x.T) - np.eye(panel.size)).max()
        assert value(rows, "redundancy", panel.size) == pytest.approx(r)


def test_all_genes_have_no_metric_that_is_known_by_definition():
    _, rows, _ = judged(DATA, panels=[WHOLE])
    assert {row["metric"] for row in rows} == {"fvu_split", "r2_median", "r2_gene"}
    _, rows, _ = judged(DATA, "classification", panels=[WHOLE])
    assert "macro_f1" in {row["metric"] for row in rows}
    assert "knn_share" not in {row["metric"] for row in rows}
