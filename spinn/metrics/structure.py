"""What a panel keeps of the neighbourhoods and clusters that all genes give the cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats, Integers
from spinn.metrics.clusters import COARSE, FINE, agreement, partitions
from spinn.metrics.neighbors import (
    OVERLAP_AT,
    knn_overlap,
    knn_share,
    neighbors,
    principal_components,
)

N_NEIGHBORS, N_COMPONENTS = 15, 50


@dataclass(frozen=True)
class Structure:
    """Neighbourhoods of cells, and their clusters where requested."""

    near: Integers  # shape (cells, k), each cell's nearest others, nearest first
    clusters: Mapping[int, Integers] | None  # see `partitions`


def structure(values: NDArray[np.floating], *, clusters: bool, seed: int) -> Structure:
    """Return the structure of cells, log-normalised values of shape (cells, genes).

    Exact neighbours by principal components of all columns, 50 at most. The graph that is
    clustered joins the 15 nearest.
    """
    k = min(max(OVERLAP_AT) if clusters else N_NEIGHBORS, len(values) - 1)
    near = neighbors(principal_components(values, N_COMPONENTS), k)
    return Structure(near, partitions(near[:, :N_NEIGHBORS], seed=seed) if clusters else None)


def kept(reference: Structure, panel: Structure) -> tuple[dict[str, Floats], dict[str, float]]:
    """Return what a panel keeps: metrics per cell, and metrics of all cells together.

    Per cell: knn_share and, with clusters, knn_overlap, shape (cells,). Together:
    cluster_nmi_coarse and cluster_nmi_fine over the numbers of clusters that both have, absent
    where there is none, and cluster_counts, the share of 5..60 that both have.
    """
    pair = reference.near, panel.near
    per_cell = {"knn_share": knn_share(*(near[:, :N_NEIGHBORS] for near in pair))}
    if reference.clusters is None or panel.clusters is None:
        return per_cell, {}
    if reference.near.shape[1] >= min(OVERLAP_AT):
        per_cell["knn_overlap"] = knn_overlap(*pair)
    both = len(reference.clusters.keys() & panel.clusters.keys())
    overall = {
        "cluster_nmi_coarse": agreement(reference.clusters, panel.clusters, COARSE),
        "cluster_nmi_fine": agreement(reference.clusters, panel.clusters, FINE),
        "cluster_counts": both / (len(COARSE) + len(FINE)),
    }
    return per_cell, {name: value for name, value in overall.items() if not np.isnan(value)}
