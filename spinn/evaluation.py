"""Evaluation on untouched test cells: the only place where they meet a network."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from spinn.data import ExpressionData
from spinn.judging.cells import CellScores, measures
from spinn.judging.refit import refit
from spinn.judging.structure import Structure, kept, structure
from spinn.metrics import confusion, r2, recall, redundancy
from spinn.network import Network
from spinn.panel import Panel
from spinn.problem import TEST_SEED, Pairs, Problem, make_problem, views
from spinn.settings import Settings
from spinn.tasks import Reconstruction

log = logging.getLogger(__name__)
Row = dict[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judge:
    """A task on one data set, ready to judge any number of panels.

    ``problems`` maps what is read (`split`, `hidden`, `none`) to the refits' problem;
    ``structure`` is that of the test cells by all genes, None to leave out what it is for.
    """

    data: ExpressionData
    test: ExpressionData
    task: str
    settings: Settings
    problems: Mapping[str, Problem]
    structure: Structure | None

    def views(self, problem: Problem) -> Pairs:
        """Return pairs of what is read in the test cells and what is to be predicted."""
        return views(self.test, problem.encoder.noise, self.settings.test_splits, TEST_SEED)


def make_judge(
    data: ExpressionData,
    task: str,
    settings: Settings,
    *,
    device: torch.device | None = None,
    headline_only: bool = False,
) -> Judge:
    """Return the judge of a task on prepared data, test cells included.

    With ``headline_only`` it finds the headline metric (and those that come with it) alone.
    """
    if task == "reconstruction":
        readings = ["split" if data.has_counts else "hidden", "none"]
    elif task == "hurdle":
        readings = ["split" if data.has_counts else "none"]
    else:
        readings = ["none"]
    if headline_only:
        readings = readings[:1]
    problems = {
        noise: make_problem(
            data,
            task,
            noise=noise,
            basis=settings.basis,
            n_splits=settings.n_splits,
            device=device,
            resident=False,
        )
        for noise in readings
    }
    test = data.of("test")
    if headline_only:
        return Judge(data, test, task, settings, problems, None)
    whole = structure(test.values.toarray(), clusters=settings.clusters, seed=0)
    return Judge(data, test, task, settings, problems, whole)


def evaluate(judge: Judge, panels: Sequence[Panel], *, seed: int) -> tuple[list[Row], CellScores]:
    """Refit each panel and judge it on the test cells.

    Parameters
    ----------
    judge
        From `make_judge`.
    panels
        Large to small.
    seed
        Of the refits.

    Returns
    -------
    (rows, cells)
        Tidy rows with size, target, metric, value; and the numbers per test cell that intervals
        are made of.

    Notes
    -----
    `fvu_split`: the panel is read in one half of each test cell's molecules and every gene
    predicted in the other; squared residuals over squared distances to the training halves' mean,
    both summed over genes, cells, directions and splits. `fvu_panel_known`: everything read and
    predicted in whole cells, panel genes without error. `fvu_without_self`: as that, but each
    panel gene predicted from the others, by a refit trained with inputs hidden at random.
    """
    # What all genes tell about themselves is no measurement: 0 and 1 by definition.
    whole = all(panel.size == judge.data.n_genes for panel in panels)
    readings = [name for name in judge.problems if not (whole and name == "none")]
    if judge.task != "reconstruction":
        readings = list(judge.problems)
    rows: list[Row] = []
    ratio: dict[str, list[Floats]] = {}
    predicted: list[NDArray[np.int64]] = []
    for reading in readings:
        fitted = refit(judge.problems[reading], panels, judge.settings, seed=seed)
        pairs = judge.views(judge.problems[reading])
        for panel, (problem, network) in zip(panels, fitted, strict=True):
            if judge.task == "classification":
                predicted.append(classify(judge, pairs, problem, network))
                rows += _recall_rows(judge, panel, predicted[-1])
            else:
                metric, per_cell, per_target = residuals(judge, pairs, problem, network)
                ratio.setdefault(metric, []).append(per_cell)
                rows += _target_rows(judge, panel, metric, per_target)
    mean: dict[str, list[Floats]] = {}
    for panel in () if whole else panels:
        shares, overall = _kept(judge, panel, seed)
        for metric, values in shares.items():
            mean.setdefault(metric, []).append(values)
        rows += [_row(panel.size, "all", metric, value) for metric, value in overall.items()]
    cells = CellScores(
        sizes=np.array([panel.size for panel in panels]),
        block=blocks(judge.test),
        ratio={metric: np.stack(parts, axis=1) for metric, parts in ratio.items()},
        mean={metric: np.stack(parts) for metric, parts in mean.items()},
        truth=judge.test.labels if predicted else None,
        classes=np.array(judge.data.classes) if predicted else None,
        predicted=np.stack(predicted) if predicted else None,
    )
    summed = [
        _row(int(size), "all", metric, float(value))
        for metric, by_size in measures(cells).items()
        for size, value in zip(cells.sizes, by_size[0], strict=True)
    ]
    return summed + rows, cells


def blocks(test: ExpressionData) -> NDArray[np.str_]:
    """Return what the bootstrap draws: donors, else cells (by number where their names repeat)."""
    if test.donors is not None:
        return test.donors
    distinct = len(set(test.cells.tolist())) == test.n_cells
    return test.cells if distinct else np.arange(test.n_cells).astype(np.str_)


def _kept(judge: Judge, panel: Panel, seed: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """Return what a panel keeps of the test cells' structure, and its redundancy."""
    if judge.structure is None:
        return {}, {}
    values = judge.test.values[:, judge.data.positions(panel.genes)].toarray()
    own = structure(values, clusters=judge.settings.clusters, seed=seed)
    shares, overall = kept(judge.structure, own)
    return shares, overall | {"redundancy": redundancy(values)}


def residuals(
    judge: Judge, pairs: Pairs, problem: Problem, network: Network
) -> tuple[str, Floats, tuple[Floats, Floats] | None]:
    """Return the metric, its numerator and denominator per cell, and the same per target.

    Parameters
    ----------
    judge
        Of any task but classification.
    pairs
        What is read in the test cells and what is to be predicted, see `Judge.views`.
    problem, network
        A panel's, from `spinn.judging.refit.refit`.
    """
    if judge.task == "reconstruction":
        return _reconstruction(judge, pairs, problem, network)
    examples = problem.encoder.examples_of(judge.test, pairs, resident=False)
    examples = examples.keep(problem.positions)
    numerator, denominator = [], []
    for view in range(len(examples.inputs)):
        x, y = examples.batch(view, torch.arange(examples.n_cells))
        with torch.no_grad():
            output = network(x)
        if judge.task == "hurdle":
            null = _null_hurdle(judge, problem).expand(len(y), -1)
            numerator.append(problem.task.loss(output, y).double().cpu().numpy())
            denominator.append(problem.task.loss(null, y).double().cpu().numpy())
        else:
            error = (y - output).square().double().cpu().numpy()
            spread = y.square().double().cpu().numpy()
            return (
                "r2",
                np.stack([error.sum(1), spread.sum(1)]),
                (error.sum(0), spread.sum(0)),
            )
    return "hurdle_loss", np.stack([np.mean(numerator, 0), np.mean(denominator, 0)]), None


def _reconstruction(
    judge: Judge, pairs: Pairs, problem: Problem, network: Network
) -> tuple[str, Floats, tuple[Floats, Floats]]:
    task, reading = problem.task, problem.encoder.noise
    if not isinstance(task, Reconstruction):
        raise TypeError("this problem is no reconstruction")
    inputs = problem.positions.cpu().numpy()
    encoder = problem.encoder
    mean = task.mean.cpu().numpy().astype(np.float64)
    per_cell = np.zeros((2, judge.test.n_cells))
    per_gene = np.zeros((2, judge.data.n_genes))
    for read, wanted in pairs:
        values = encoder.read(read[:, inputs]).toarray()
        x = (values - encoder.input_mean[inputs]) / encoder.input_std[inputs]
        cells = torch.as_tensor(x, dtype=torch.float32, device=encoder.device)
        y = wanted.toarray().astype(np.float64)
        residual = y - _decode(task, network, cells)
        if reading == "hidden":
            residual[:, inputs] = y[:, inputs] - _without_self(task, network, cells, inputs)
        elif reading == "none":
            residual[:, inputs] = 0.0
        for at, square in enumerate((residual**2, (y - mean) ** 2)):
            per_cell[at] += square.sum(1) / len(pairs)
            per_gene[at] += square.sum(0) / len(pairs)
    metric = {"split": "fvu_split", "hidden": "fvu_without_self", "none": "fvu_panel_known"}
    return metric[reading], per_cell, (per_gene[0], per_gene[1])


def _decode(task: Reconstruction, network: Network, x: torch.Tensor) -> Floats:
    with torch.no_grad():
        decoded: Floats = task.decode(network(x)).double().cpu().numpy()
    return decoded


def _without_self(
    task: Reconstruction, network: Network, x: torch.Tensor, inputs: NDArray[np.int64]
) -> Floats:
    """Return each panel gene as the other panel genes predict it, shape (cells, panel genes)."""
    columns = []
    for i, gene in enumerate(inputs):
        hidden = x.clone()
        hidden[:, i] = 0.0
        with torch.no_grad():  # one gene of the output: all of them would not fit in memory
            column = task.decode_gene(network(hidden), int(gene))
        columns.append(column.double().cpu().numpy())
    return np.stack(columns, axis=1)


def classify(judge: Judge, pairs: Pairs, problem: Problem, network: Network) -> NDArray[np.int64]:
    """Return the class predicted for each test cell; parameters as in `residuals`."""
    examples = problem.encoder.examples_of(judge.test, pairs, resident=False)
    x, _ = examples.keep(problem.positions).batch(0, torch.arange(examples.n_cells))
    with torch.no_grad():
        return np.asarray(network(x).argmax(1).cpu().numpy())


def _null_hurdle(judge: Judge, problem: Problem) -> torch.Tensor:
    """Return the outputs of a model that knows only each gene's training rate and mean height."""
    heights, on = np.zeros(judge.data.n_genes), np.zeros(judge.data.n_genes)
    train = judge.data.of("train")
    pairs = views(train, problem.encoder.noise, judge.settings.n_splits, 0)
    for _, y in pairs:
        heights += np.asarray(y.sum(axis=0)).ravel()
        on += np.asarray((y > 0).sum(axis=0)).ravel()
    n = len(pairs) * train.n_cells
    silent = np.clip(1 - on / n, 1e-4, 1 - 1e-4)
    outputs = np.concatenate([heights / np.maximum(on, 1), np.log(silent / (1 - silent))])
    return torch.as_tensor(outputs, dtype=torch.float32, device=problem.encoder.device)


def _row(size: int, target: str, metric: str, value: float) -> Row:
    return {"size": size, "target": target, "metric": metric, "value": value}


def _target_rows(
    judge: Judge, panel: Panel, metric: str, per_target: tuple[Floats, Floats] | None
) -> list[Row]:
    if per_target is None or metric == "fvu_panel_known":
        return []
    values = r2(*per_target)
    if metric == "r2":
        names, name = judge.data.target_names, "r2"
        summary: list[Row] = []
    else:
        names, name = judge.data.genes, "r2_gene"
        summary = [_row(panel.size, "all", "r2_median", float(np.nanmedian(values)))]
    return summary + [
        _row(panel.size, target, name, float(value))
        for target, value in zip(names, values, strict=True)
        if np.isfinite(value)
    ]


def _recall_rows(judge: Judge, panel: Panel, predicted: NDArray[np.int64]) -> list[Row]:
    if judge.test.labels is None:
        raise ValueError("classification needs labels; name an obs column as label")
    shares = recall(confusion(judge.test.labels, predicted, len(judge.data.classes)))
    return [
        _row(panel.size, name, "recall", float(value))
        for name, value in zip(judge.data.classes, shares, strict=True)
        if np.isfinite(value)
    ]
