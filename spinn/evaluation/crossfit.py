"""Judge ways to choose panels inside the training cells: on one fold, refitted on the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import Judge, make_judge
from spinn.metrics.cell_scores import CellScores, measures, pooled
from spinn.metrics.registry import DIRECTION, headline_of
from spinn.panel import PanelPath
from spinn.settings import Settings
from spinn.statistics.resampling import Resampling

N_FOLDS = 2
N_BOOTSTRAP = 200
# To choose between panels they must be treated alike, not judged to the last digit: about half the
# steps of a refit, at three times its learning rate.
REFIT_LR, REFIT_STEPS, REFIT_PATIENCE = 3e-3, 500, 4
Paths = Mapping[str, PanelPath]


@dataclass(frozen=True)
class CrossFitted:
    """How well several ways predict on training cells that their refits have not seen.

    Parameters
    ----------
    metric
        The task's headline metric.
    losses
        Per way an array of shape (1 + N_BOOTSTRAP, panels): the metric, signed so that lower is
        better, then the same for bootstrap draws of the cells (of donors, where there are donors)
        that all ways share.
    """

    metric: str
    losses: Mapping[str, Floats]


def assign_folds(data: ExpressionData, *, seed: int) -> list[NDArray[np.int64]]:
    """Return the training cells of each fold: whole donors, else stratified by label.

    Row numbers; together all training cells, each once, except cells of a type that no other fold
    has: no refit could predict a type absent from its training cells.
    """
    rows = np.flatnonzero(data.part == "train")
    donors = None if data.donors is None else data.donors[rows]
    labels = None if data.labels is None else data.labels[rows]
    if donors is not None and len(set(donors.tolist())) >= N_FOLDS:
        splits = GroupKFold(N_FOLDS, shuffle=True, random_state=seed).split(rows, groups=donors)
    elif labels is not None and (counts := np.bincount(labels)).max() >= N_FOLDS:
        # A type of too few cells for every fold is split together with the largest one.
        strata = np.where(counts[labels] >= N_FOLDS, labels, counts.argmax())
        splits = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(rows, strata)
    else:
        splits = KFold(N_FOLDS, shuffle=True, random_state=seed).split(rows)
    if labels is None:
        return [rows[held] for _, held in splits]
    return [rows[held[np.isin(labels[held], labels[kept])]] for kept, held in splits]


def fold_judges(
    data: ExpressionData,
    task: str,
    settings: Settings,
    *,
    seed: int,
    device: torch.device | None = None,
) -> list[Judge]:
    """Return a judge per fold of the training cells, by the task's headline metric alone.

    Its data hold the fold as test cells; test cells of the prepared ``data`` are not used. Only a
    way that chooses from the judge's training and validation cells is judged without optimism.
    """
    cells = data.of("train", "valid")
    steps = min(REFIT_STEPS, settings.refit.max_steps)
    refits = replace(settings.refit, start="fresh", max_steps=steps, patience=REFIT_PATIENCE)
    training = replace(settings.training, lr=REFIT_LR)
    quick = replace(settings, training=training, refit=refits)
    judges = []
    for held in assign_folds(cells, seed=seed):
        part = cells.part.copy()
        part[held] = "test"
        fold = replace(cells, part=part)
        judges.append(make_judge(fold, task, quick, device=device, headline_only=True))
    return judges


def cross_fitted(judges: Sequence[Judge], paths: Sequence[Paths], *, seed: int) -> CrossFitted:
    """Return how well each way's panels predict the judges' folds together.

    Parameters
    ----------
    judges
        From `fold_judges`.
    paths
        Per judge a path per way, always the same names and sizes.
    seed
        Of the refits.
    """
    scores: dict[str, list[CellScores]] = {}
    for judge, by_way in zip(judges, paths, strict=True):
        for name, path in by_way.items():
            scores.setdefault(name, []).append(evaluate(judge, path.panels, seed=seed)[1])
    all_folds = {name: pooled(parts) for name, parts in scores.items()}
    block, task = next(iter(all_folds.values())).block, judges[0].task
    weights = np.concatenate(list(Resampling(task, N_BOOTSTRAP).cells(0, block, len(block))))
    metrics = {name: measures(pool, weights) for name, pool in all_folds.items()}
    headline = headline_of(next(iter(metrics.values())))
    sign = -1.0 if DIRECTION[headline] == "higher" else 1.0
    losses = {name: sign * values[headline] for name, values in metrics.items()}
    return CrossFitted(headline, losses)
