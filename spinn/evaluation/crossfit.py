"""Judge ways to choose inside the training cells: on one fold, refitted on the others."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.metrics.cell_scores import CellScores, measures, pooled
from spinn.metrics.registry import DIRECTION, headline_of
from spinn.panel import PanelPath
from spinn.settings import Settings
from spinn.statistics.resampling import Resampling

FOLDS = 2
DRAWS = 200
# Choosing between panels needs them treated alike, not judged to the last digit: half the steps.
LR, STEPS, PATIENCE = 3e-3, 500, 4
Choose = Callable[[ExpressionData], Mapping[str, PanelPath]]


def folds(data: ExpressionData, *, seed: int) -> list[NDArray[np.int64]]:
    """Deal the training cells into folds: whole donors, else stratified by label.

    Returns
    -------
    list
        Row numbers of each fold; together all training cells, each once, but for cells of a type
        that no other fold has: they are left out, for nobody can predict a type he never saw.
    """
    rows = np.flatnonzero(data.part == "train")
    donors = None if data.donors is None else data.donors[rows]
    labels = None if data.labels is None else data.labels[rows]
    if donors is not None and len(set(donors.tolist())) >= FOLDS:
        dealt = GroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, groups=donors)
    elif labels is not None and (counts := np.bincount(labels)).max() >= FOLDS:
        # A type of too few cells for every fold is dealt with the largest one.
        strata = np.where(counts[labels] >= FOLDS, labels, counts.argmax())
        dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, strata)
    else:
        dealt = KFold(FOLDS, shuffle=True, random_state=seed).split(rows)
    if labels is None:
        return [rows[held] for _, held in dealt]
    return [rows[held[np.isin(labels[held], labels[kept])]] for kept, held in dealt]


def cross_fitted(
    data: ExpressionData,
    choose: Choose,
    task: str,
    settings: Settings,
    *,
    seed: int,
    device: torch.device | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Return the task's headline metric of every way to choose, on training cells not refitted on.

    Parameters
    ----------
    data
        Prepared data; test cells, if any are there, are left out.
    choose
        From cells (the other folds and the validation cells) to a path per way, always the same
        names and sizes. Only what looks at these cells alone is judged without optimism.
    task, settings
        As in `spinn.evaluation.judge.make_judge`.
    seed
        Of folds and refits.
    device
        Where refits are trained.

    Returns
    -------
    dict
        Per way an array of shape (1 + DRAWS, panels): the metric, signed so that lower is better,
        and after it the same for bootstrap draws of the cells (of donors, where there are donors)
        that all ways share.
    """
    seen = data.of("train", "valid")
    quick = replace(
        settings,
        training=replace(settings.training, lr=LR),
        refit=replace(
            settings.refit,
            start="fresh",
            max_steps=min(STEPS, settings.refit.max_steps),
            patience=PATIENCE,
        ),
    )
    judged: dict[str, list[CellScores]] = {}
    for held in folds(seen, seed=seed):
        part = seen.part.copy()
        part[held] = "test"
        dealt = replace(seen, part=part)
        judge = make_judge(dealt, task, quick, device=device, headline_only=True)
        for name, path in choose(dealt.of("train", "valid")).items():
            judged.setdefault(name, []).append(evaluate(judge, path.panels, seed=seed)[1])
    together = {name: pooled(cells) for name, cells in judged.items()}
    block = next(iter(together.values())).block
    weights = np.concatenate(list(Resampling(task, DRAWS).cells(0, block, len(block))))
    found = {name: measures(cells, weights) for name, cells in together.items()}
    metric = headline_of(next(iter(found.values())))
    sign = -1.0 if DIRECTION[metric] == "higher" else 1.0
    return {name: sign * values[metric] for name, values in found.items()}
