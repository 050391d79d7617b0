"""Errors of panels' networks per test cell and per target; and the classes they predict."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.evaluation.judge import Judge, blocks
from spinn.metrics.cell_scores import CellScores
from spinn.metrics.prediction import confusion, r2, recall
from spinn.networks.batches import TRAIN_SEED, Examples, Pairs, views
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.tasks import Reconstruction

ByTarget = dict[str, Floats]  # metric to values, (targets,), NaN where it is not defined
Residuals = tuple[str, Floats, ByTarget]  # metric, numerator and denominator per cell, the rest


@torch.no_grad()
def score_cells(
    judge: Judge,
    pairs: Pairs,
    refits: Sequence[tuple[Problem, Network]],
    panel_sizes: Sequence[int],
) -> tuple[CellScores, list[ByTarget]]:
    """Return the numbers per test cell of panels' refits, and each panel's metrics per target.

    ``pairs`` holds what is read in the test cells and what is to be predicted, see `Judge.views`.
    """
    sizes, block = np.array(panel_sizes), blocks(judge.test)
    if judge.task == "classification":
        truth, classes = np.asarray(judge.test.labels), np.array(judge.data.classes)
        predicted = np.stack([_classes(judge, pairs, *one) for one in refits])
        cells = CellScores(sizes, block, truth=truth, classes=classes, predicted=predicted)
        return cells, [{"recall": recall(confusion(truth, p, len(classes)))} for p in predicted]
    scored = [_residuals(judge, pairs, *one) for one in refits]
    metrics, per_cell, by_target = zip(*scored, strict=True)
    return CellScores(sizes, block, ratio={metrics[0]: np.stack(per_cell, axis=1)}), [*by_target]


def _residuals(judge: Judge, pairs: Pairs, problem: Problem, network: Network) -> Residuals:
    if judge.task == "reconstruction":
        return _reconstruction(judge, pairs, problem, network)
    examples = _examples(judge, pairs, problem)
    if judge.task == "hurdle":
        return _hurdle(judge, examples, problem, network)
    return _regression(examples, network)


def _classes(judge: Judge, pairs: Pairs, problem: Problem, network: Network) -> NDArray[np.int64]:
    examples = _examples(judge, pairs, problem)
    x, _ = examples.batch(0, torch.arange(examples.n_cells))
    return np.asarray(network(x).argmax(1).cpu().numpy())


def _examples(judge: Judge, pairs: Pairs, problem: Problem) -> Examples:
    """Return the test cells as examples of a panel's problem."""
    examples = problem.encoder.examples(judge.test, pairs, resident=False)
    return examples.keep(problem.positions)


def _regression(examples: Examples, network: Network) -> Residuals:
    x, y = examples.batch(0, torch.arange(examples.n_cells))
    error = (y - network(x)).square().double().cpu().numpy()
    spread = y.square().double().cpu().numpy()
    per_cell = np.stack([error.sum(1), spread.sum(1)])
    return "r2", per_cell, {"r2": r2(error.sum(0), spread.sum(0))}


def _hurdle(judge: Judge, examples: Examples, problem: Problem, network: Network) -> Residuals:
    null = _null_hurdle(judge, problem).expand(examples.n_cells, -1)
    losses = []
    for view in range(len(examples.inputs)):
        x, y = examples.batch(view, torch.arange(examples.n_cells))
        both = [problem.task.loss(output, y) for output in (network(x), null)]
        losses.append(torch.stack(both).double().cpu().numpy())
    return "hurdle_loss", np.mean(losses, axis=0), {}


def _reconstruction(judge: Judge, pairs: Pairs, problem: Problem, network: Network) -> Residuals:
    task, encoder = problem.task, problem.encoder
    if not isinstance(task, Reconstruction):
        raise TypeError(f"the problem's task must be Reconstruction, got {type(task).__name__}")
    inputs = problem.positions.cpu().numpy()
    mean = task.mean.cpu().numpy().astype(np.float64)
    per_cell = np.zeros((2, judge.test.n_cells))
    per_gene = np.zeros((2, judge.data.n_genes))
    for read, wanted in pairs:
        values = encoder.read(read[:, inputs]).toarray()
        scaled = (values - encoder.input_mean[inputs]) / encoder.input_std[inputs]
        x = torch.as_tensor(scaled, dtype=torch.float32, device=encoder.device)
        y = wanted.toarray().astype(np.float64)
        residual = y - task.decode(network(x)).double().cpu().numpy()
        if encoder.noise == "hidden":
            residual[:, inputs] = y[:, inputs] - _without_self(task, network, x, inputs)
        elif encoder.noise == "none":
            residual[:, inputs] = 0.0
        for at, square in enumerate((residual**2, (y - mean) ** 2)):
            per_cell[at] += square.sum(1) / len(pairs)
            per_gene[at] += square.sum(0) / len(pairs)
    metric = {"split": "fvu_split", "hidden": "fvu_without_self", "none": "fvu_panel_known"}
    by_gene = {} if encoder.noise == "none" else {"r2_gene": r2(*per_gene)}
    return metric[encoder.noise], per_cell, by_gene


def _without_self(
    task: Reconstruction, network: Network, x: torch.Tensor, inputs: NDArray[np.int64]
) -> Floats:
    """Return each panel gene as the other panel genes predict it, shape (cells, panel genes)."""
    columns = []
    for i, gene in enumerate(inputs):
        hidden = x.clone()
        hidden[:, i] = 0.0
        # One gene of the output: all of them would not fit in memory.
        column = task.decode_gene(network(hidden), int(gene))
        columns.append(column.double().cpu().numpy())
    return np.stack(columns, axis=1)


def _null_hurdle(judge: Judge, problem: Problem) -> torch.Tensor:
    """Return the outputs of a model that knows only each gene's training rate and mean height."""
    heights, n_on = np.zeros(judge.data.n_genes), np.zeros(judge.data.n_genes)
    train = judge.data.of("train")
    pairs = views(train, problem.encoder.noise, judge.settings.n_splits, TRAIN_SEED)
    for _, y in pairs:
        heights += np.asarray(y.sum(axis=0)).ravel()
        n_on += np.asarray((y > 0).sum(axis=0)).ravel()
    n = len(pairs) * train.n_cells
    silent = np.clip(1 - n_on / n, 1e-4, 1 - 1e-4)
    outputs = np.concatenate([heights / np.maximum(n_on, 1), np.log(silent / (1 - silent))])
    return torch.as_tensor(outputs, dtype=torch.float32, device=problem.encoder.device)
