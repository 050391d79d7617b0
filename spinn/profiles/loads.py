"""Load: how many molecules of each gene an assay has to read, cell type by cell type.

On imaging platforms every molecule takes room: where the molecules of a panel's genes crowd a
cell, an image no longer separates them. What counts is the mean per cell of the type that has most.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.platforms.platform import UNIT
from spinn.profiles.means import means_of_types

ALL_CELLS = "all"


@dataclass(frozen=True)
class Loads:
    """Expected molecules per cell of every gene, from training cells.

    Parameters
    ----------
    types
        Cell types that have training cells; `all` alone where no types are known.
    molecules
        Shape (types, genes): mean per cell of each type, at least 0.
    overall
        Shape (genes,): mean over all training cells.
    unit
        Of both: molecules per cell, or, from log-normalised values, molecules per so many.
    """

    types: tuple[str, ...]
    molecules: Floats
    overall: Floats
    unit: str


def loads(data: ExpressionData) -> Loads:
    """Return the loads of all genes from the training cells.

    Counts are used where there are any. Log-normalised values are taken back to molecules of a cell
    scaled to ``data.target_sum``, and the unit says so.
    """
    train = data.of("train")
    matrix, unit = train.counts, UNIT
    if matrix is None:
        entries = np.expm1(train.values.data.astype(np.float64))
        matrix = sp.csr_matrix(
            (entries, train.values.indices, train.values.indptr), shape=train.values.shape
        )
        unit = f"molecules per {train.target_sum:,.0f} molecules"
    overall = np.asarray(matrix.mean(axis=0), dtype=np.float64).ravel()
    if train.labels is None:
        return Loads((ALL_CELLS,), overall[None], overall, unit)
    present = np.unique(train.labels)
    means = means_of_types(matrix, train.labels, len(train.classes))[present]
    return Loads(tuple(train.classes[c] for c in present), means, overall, unit)
