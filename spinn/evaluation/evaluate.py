"""Evaluation on untouched test cells: the only place where they meet a network."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.evaluation.judge import Judge, blocks
from spinn.evaluation.refit import refit
from spinn.evaluation.residuals import classify, residuals
from spinn.metrics.cell_scores import CellScores, measures
from spinn.metrics.prediction import confusion, r2, recall, redundancy
from spinn.metrics.structure import kept, structure
from spinn.panel import Panel

Row = dict[str, Any]


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
        Tidy rows with size, target, metric, value; and the numbers per test cell from which
        intervals are computed.

    Notes
    -----
    `fvu_split`: the panel is read in one half of each test cell's molecules and every gene
    predicted in the other; squared residuals over squared distances to the training halves' mean,
    both summed over genes, cells, directions and splits. `fvu_panel_known`: everything read and
    predicted in whole cells, panel genes without error. `fvu_without_self`: as that, but each
    panel gene predicted from the others, by a refit trained with inputs hidden at random.
    """
    # What all genes say of themselves is no measurement: 0 and 1 by definition.
    whole = all(panel.size == judge.data.n_genes for panel in panels)
    trivial = {"none"} if whole and judge.task == "reconstruction" else set()
    rows: list[Row] = []
    ratio: dict[str, list[Floats]] = {}
    predicted: list[NDArray[np.int64]] = []
    for reading, problem in judge.problems.items():
        if reading in trivial:
            continue
        pairs = judge.views(problem)
        fitted = refit(problem, panels, judge.settings, seed=seed)
        for panel, refitted in zip(panels, fitted, strict=True):
            if judge.task == "classification":
                predicted.append(classify(judge, pairs, *refitted))
                rows += _recall_rows(judge, panel, predicted[-1])
            else:
                metric, per_cell, per_target = residuals(judge, pairs, *refitted)
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


def _kept(judge: Judge, panel: Panel, seed: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """Return what a panel keeps of the test cells' structure, and its redundancy."""
    if judge.structure is None:
        return {}, {}
    values = judge.test.values[:, judge.data.positions(panel.genes)].toarray()
    panel_structure = structure(values, clusters=judge.settings.clusters, seed=seed)
    shares, overall = kept(judge.structure, panel_structure)
    return shares, overall | {"redundancy": redundancy(values)}


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
