"""scGeneFit: a linear programme per panel size, on the distances between types' centres.

Settings are the package's own (method `centers`). Types are handed over as numbers: it walks over
a set of them, and the order of a set of words changes from process to process.
"""

import numpy as np
from exchange import Answer, Cells, Request, serve
from scGeneFit.functions import get_markers

ENTRY = {
    "name": "scgenefit",
    "kind": "package",
    "order": 4,
    "takes": "a linear programme that keeps types' centres apart",
    "source": "Dumitrascu et al. 2021",
    "is_random": True,
    "needs_labels": True,
    "marker": "*",
}


def choose(cells: Cells, request: Request) -> Answer:
    """Return one list of genes per size."""
    train = cells.of("train")
    types = np.unique(train.labels, return_inverse=True)[1].tolist()
    values = train.values.toarray().astype(np.float64)
    panels = {}
    for size in request.sizes:
        np.random.seed(request.seed)  # noqa: NPY002 - the generator that the package draws from
        markers = get_markers(values, types, size, verbose=False)
        panels[size] = [str(train.genes[i]) for i in markers]
    return Answer(panels=panels)


if __name__ == "__main__":
    serve("scgenefit", choose)
