"""Evaluation on untouched test cells: the only place where they meet a network."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spinn.arrays import Floats
from spinn.evaluation.judge import Judge
from spinn.evaluation.refit import refit
from spinn.evaluation.residuals import score_cells
from spinn.metrics.cell_scores import CellScores, measures
from spinn.metrics.prediction import redundancy
from spinn.metrics.structure import kept, structure
from spinn.panel import Panel

Row = dict[str, Any]


def evaluate(judge: Judge, panels: Sequence[Panel], *, seed: int) -> tuple[list[Row], CellScores]:
    """Refit panels, large to small, with a seed, and judge them on the test cells.

    Returns tidy rows with size, target, metric, value; and the numbers per test cell from which
    intervals are computed.

    Notes
    -----
    `fvu_split`: the panel is read in one half of each test cell's molecules and every gene
    predicted in the other; squared residuals over squared distances to the training halves' mean,
    both summed over genes, cells, directions and splits. `fvu_panel_known`: everything read and
    predicted in whole cells, panel genes without error. `fvu_without_self`: as that, but each
    panel gene predicted from the others, by a refit trained with inputs hidden at random.
    """
    whole = all(len(panel.measured) == judge.data.n_genes for panel in panels)
    sizes = [panel.size for panel in panels]
    rows: list[Row] = []
    parts: list[CellScores] = []
    for reading, problem in judge.problems.items():
        if whole and judge.task == "reconstruction" and reading == "none":
            continue  # what all genes say of themselves is no measurement: 0 by definition
        refits = refit(problem, panels, judge.settings, seed=seed)
        scores, by_target = score_cells(judge, judge.views(problem), refits, sizes)
        parts.append(scores)
        for panel, of_panel in zip(panels, by_target, strict=True):
            rows += _target_rows(judge, panel, of_panel)
    ratio = {metric: array for part in parts for metric, array in part.ratio.items()}
    mean: dict[str, list[Floats]] = {}
    for panel in () if whole else panels:
        shares, overall = _kept(judge, panel, seed)
        for metric, values in shares.items():
            mean.setdefault(metric, []).append(values)
        rows += [_score_row(panel.size, "all", metric, value) for metric, value in overall.items()]
    stacked = {metric: np.stack(values) for metric, values in mean.items()}
    cells = replace(parts[0], ratio=ratio, mean=stacked)
    summed = [
        _score_row(int(size), "all", metric, float(value))
        for metric, by_size in measures(cells).items()
        for size, value in zip(cells.sizes, by_size[0], strict=True)
    ]
    return summed + rows, cells


def _kept(judge: Judge, panel: Panel, seed: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """Return what a panel keeps of the test cells' structure, and its redundancy."""
    if judge.structure is None:
        return {}, {}
    values = judge.test.values[:, judge.data.positions(panel.measured)].toarray()
    panel_structure = structure(values, clusters=judge.settings.clusters, seed=seed)
    shares, overall = kept(judge.structure, panel_structure)
    return shares, overall | {"redundancy": redundancy(values)}


def _score_row(size: int, target: str, metric: str, value: float) -> Row:
    return {"size": size, "target": target, "metric": metric, "value": value}


def _target_rows(judge: Judge, panel: Panel, by_target: Mapping[str, Floats]) -> list[Row]:
    """Return a panel's metrics of every target for which they are defined."""
    data, rows = judge.data, list[Row]()
    names = {"recall": data.classes, "r2": data.target_names, "r2_gene": data.genes}
    for metric, values in by_target.items():
        if metric == "r2_gene":
            rows.append(_score_row(panel.size, "all", "r2_median", float(np.nanmedian(values))))
        rows += [
            _score_row(panel.size, name, metric, float(value))
            for name, value in zip(names[metric], values, strict=True)
            if np.isfinite(value)
        ]
    return rows
