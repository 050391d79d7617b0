"""LassoNet: a network whose inputs drop out one after the other along a path of L1 penalties.

Genes are ranked by the penalty at which they drop out (the package's feature importance), ties by
the size of their skip connection when last seen. Hidden width, hierarchy and stopping are the
package's own; its penalties grow by 5 % a step, not 2 %, as a path of a thousand genes takes long.

Its squared error is a mean over targets. Over hundreds of genes that is so small against the
first penalty, which it takes from the weights alone, that the path starts beyond the empty model;
so the targets are scaled to make the mean a sum.
"""

from typing import Any

import numpy as np
import torch
from exchange import Answer, Cells, Request, serve
from lassonet import LassoNetClassifier, LassoNetRegressor

GROWTH = 1.05

ENTRY = {
    "name": "lassonet",
    "kind": "package",
    "order": 1,
    "takes": "the penalty at which a gene drops out of a network with an L1 path",
    "source": "Lemhadri et al. 2021",
    "is_random": True,
    "marker": "<",
}


def choose(cells: Cells, request: Request) -> Answer:
    """Return a ranking of all genes."""
    torch.set_num_threads(request.threads)
    train, valid = cells.of("train"), cells.of("valid")
    if request.task == "classification":
        kind = LassoNetClassifier
        known = np.isin(valid.labels, train.labels)  # it can predict no other types
        names, y = np.unique(train.labels, return_inverse=True)
        y_valid = np.searchsorted(names, valid.labels[known])
    else:
        kind = LassoNetRegressor
        known = np.ones(len(valid.part), dtype=bool)
        y, y_valid = (_targets(part, request.task) for part in (train, valid))
        unit = y.std(axis=0) if request.task == "regression" else 1.0  # genes keep their own
        scale = unit / np.sqrt(y.shape[1])
        y, y_valid = (y - y.mean(axis=0)) / scale, (y_valid - y.mean(axis=0)) / scale
    x, x_valid = train.values.toarray(), valid.values.toarray()[known]
    mean, std = x.mean(axis=0), x.std(axis=0)
    std[std == 0] = 1.0
    size = np.zeros(x.shape[1])

    def keep_sizes(model: Any, history: list[Any]) -> None:
        norms = model.model.skip.weight.detach().norm(dim=0).numpy()
        np.copyto(size, norms, where=norms > 0)

    model = kind(
        path_multiplier=GROWTH,
        device="cpu",
        verbose=0,
        random_state=request.seed,
        torch_seed=request.seed,
    )
    model.path(
        (x - mean) / std, y, X_val=(x_valid - mean) / std, y_val=y_valid, callback=keep_sizes
    )
    penalty = np.asarray(model.feature_importances_)
    order = np.lexsort((-size, -penalty))
    genes = cells.genes[order].tolist()
    # JSON knows no infinity: a gene that never drops out scores a little above the last that did.
    scores = np.minimum(penalty, GROWTH * np.max(penalty, where=np.isfinite(penalty), initial=0.0))
    return Answer(ranking=genes, scores=dict(zip(genes, scores[order].tolist(), strict=True)))


def _targets(cells: Cells, task: str) -> Any:
    return cells.targets if task == "regression" else cells.values.toarray()


if __name__ == "__main__":
    serve("lassonet", choose)
