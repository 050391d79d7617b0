"""Residuals and classes: every number against a loop or against sklearn."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, recall_score

from spinn.evaluation.refit import refit
from spinn.networks.batches import TEST_SEED
from spinn.preparation.thinning import thin
from tests.support.cells import QUICK, without_counts
from tests.support.judging import DATA, PANELS, READINGS, judged, value


def naive_fvu(judge, reading, at):
    """Loop over what is read and wanted; the seed makes the refit's network again."""
    problem, network = refit(judge.problems[reading], PANELS, judge.settings, seed=3)[at]
    encoder, task, inputs = problem.encoder, problem.task, problem.positions.numpy()
    pairs = [(judge.test.values, judge.test.values)]
    if reading == "split":
        halves = thin(judge.test, n_splits=judge.settings.test_splits, seed=TEST_SEED)
        pairs = [pair for a, b in halves for pair in ((a, b), (b, a))]
    mean = task.mean.numpy().astype(np.float64)

    def predict(x):
        with torch.no_grad():
            output = network(torch.as_tensor(x, dtype=torch.float32))
        return task.decode(output).numpy().astype(np.float64)

    residual, total = np.zeros(20), np.zeros(20)
    for read, wanted in pairs:
        x = ((read.toarray() - encoder.input_mean) / encoder.input_std)[:, inputs]
        y, predicted = wanted.toarray().astype(np.float64), predict(x)
        for i, gene in enumerate(inputs):
            if reading == "none":
                predicted[:, gene] = y[:, gene]
            elif reading == "hidden":
                without = x.copy()
                without[:, i] = 0
                predicted[:, gene] = predict(without)[:, gene]
        residual += ((y - predicted) ** 2).sum(0) / len(pairs)
        total += ((y - mean) ** 2).sum(0) / len(pairs)
    return residual, total


@pytest.mark.parametrize(("reading", "metric", "data"), READINGS)
def test_fvu_is_the_naive_share(reading, metric, data):
    judge, rows, cells = judged(data)
    for at, panel in enumerate(PANELS):
        residual, total = naive_fvu(judge, reading, at)
        expected = residual.sum() / total.sum()
        assert value(rows, metric, panel.size) == pytest.approx(expected, rel=1e-4)
        assert cells.ratio[metric][:, at].sum(1) == pytest.approx(
            [residual.sum(), total.sum()], rel=1e-4
        )
        if reading != "none":
            r2 = 1 - residual / total
            assert value(rows, "r2_median", panel.size) == pytest.approx(np.median(r2), abs=1e-4)
            for gene, expected in zip(data.genes, r2, strict=True):
                r2_gene = value(rows, "r2_gene", panel.size, gene)
                assert r2_gene == pytest.approx(expected, abs=1e-4)


def test_classes_are_scored_as_sklearn_does():
    judge, rows, cells = judged(DATA, "classification")
    truth = judge.test.labels
    assert np.array_equal(cells.truth, truth)
    assert tuple(cells.classes) == DATA.classes
    for at, panel in enumerate(PANELS):
        problem, network = refit(judge.problems["none"], PANELS, QUICK, seed=3)[at]
        x = (judge.test.values.toarray() - problem.encoder.input_mean) / problem.encoder.input_std
        x = torch.as_tensor(x[:, problem.positions], dtype=torch.float32)
        predicted = network(x).argmax(1).numpy()
        assert np.array_equal(cells.predicted[at], predicted)
        for metric, expected in (
            ("accuracy", accuracy_score(truth, predicted)),
            ("balanced_accuracy", balanced_accuracy_score(truth, predicted)),
            ("macro_f1", f1_score(truth, predicted, average="macro")),
        ):
            assert value(rows, metric, panel.size) == pytest.approx(expected)
        per_class = recall_score(truth, predicted, average=None)
        for name, expected in zip(DATA.classes, per_class, strict=True):
            assert value(rows, "recall", panel.size, name) == pytest.approx(expected)


def outputs_of(judge, at, read):
    reading = next(iter(judge.problems))
    problem, network = refit(judge.problems[reading], PANELS, QUICK, seed=3)[at]
    x = ((read - problem.encoder.input_mean) / problem.encoder.input_std)[:, problem.positions]
    with torch.no_grad():
        return problem, network(torch.as_tensor(x, dtype=torch.float32))


def test_regression_is_r2_against_the_training_mean():
    judge, rows, cells = judged(DATA, "regression")
    train = DATA.of("train").targets
    y = (judge.test.targets - train.mean(0)) / train.std(0)
    for at, panel in enumerate(PANELS):
        _, output = outputs_of(judge, at, judge.test.values.toarray())
        error = ((y - output.numpy()) ** 2).sum(0)
        expected = 1 - error.sum() / (y**2).sum()
        assert value(rows, "r2", panel.size) == pytest.approx(expected, abs=1e-4)
        assert cells.ratio["r2"][0, at].sum() == pytest.approx(error.sum(), rel=1e-4)
        for name, r2 in zip(DATA.target_names, 1 - error / (y**2).sum(0), strict=True):
            assert value(rows, "r2", panel.size, name) == pytest.approx(r2, abs=1e-4)


@pytest.mark.parametrize("data", [DATA, without_counts(DATA)], ids=["counts", "no counts"])
def test_hurdle_is_a_share_of_the_null_models_loss(data):
    judge, rows, _ = judged(data, "hurdle")

    def pairs(cells, n_splits, seed):
        if not data.has_counts:
            return [(cells.values.toarray(), cells.values.toarray())]
        halves = [(a.toarray(), b.toarray()) for a, b in thin(cells, n_splits=n_splits, seed=seed)]
        return [pair for a, b in halves for pair in ((a, b), (b, a))]

    trained = np.concatenate([y for _, y in pairs(data.of("train"), QUICK.n_splits, 0)])
    silent = np.clip((trained == 0).mean(0), 1e-4, 1 - 1e-4)
    height = trained.sum(0) / np.maximum((trained > 0).sum(0), 1)
    null = torch.as_tensor(np.concatenate([height, np.log(silent / (1 - silent))]))
    for at, panel in enumerate(PANELS):
        losses = np.zeros(2)
        for read, wanted in pairs(judge.test, QUICK.test_splits, TEST_SEED):
            y = torch.as_tensor(wanted)
            problem, output = outputs_of(judge, at, (read > 0).astype(float))
            losses[0] += problem.task.loss(output, y).sum().item()
            losses[1] += problem.task.loss(null.float().expand(len(y), -1), y).sum().item()
        share = value(rows, "hurdle_loss", panel.size)
        assert share == pytest.approx(losses[0] / losses[1], rel=1e-4)
