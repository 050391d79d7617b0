"""Baselines: what a careful colleague would pick without a network. No torch here.

Each takes prepared data and returns a `PanelPath` from the training cells alone. `greedy` and
`greedy_split` take seconds and are hard to beat: any claim of ours is a claim against both.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import scipy.linalg

from spinn.arrays import Floats
from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.panel import PanelPath, ranked_path
from spinn.preparation.moments import RIDGE, Moments, mixed_moments, split_moments, whole_moments
from spinn.selectors.baselines.markers import markers
from spinn.selectors.constrained import constrained
from spinn.selectors.peers.cosine import cosine
from spinn.selectors.peers.genebasis import genebasis

N_COMPONENTS = 20
TYPE_WEIGHT = 0.1  # of cell types in `greedy_mixed`


def greedy(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Forward column subset selection: each gene in turn that explains most of what is left.

    Targets are all genes (or, for `classification`, the class indicators); the gain of gene j is
    ||C_j||^2 / G_jj, after which G and C are deflated by a pivoted-Cholesky step.

    References
    ----------
    Farahat, Ghodsi and Kamel 2011, "An efficient greedy method for unsupervised feature
    selection", equation 10.
    """
    del seed  # deterministic
    found = whole_moments(data.of("train"), task)
    return _forward(data, found, sizes, constraints)


def greedy_split(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Forward selection on split molecules: C from one half to the other, so that noise cancels.

    G and C are means over several splits and both directions. Without counts a gene gets no
    credit for itself nor for genes already chosen.
    """
    del seed  # the splits are fixed, as the networks' are
    found = split_moments(data.of("train"), task)
    return _forward(data, found, sizes, constraints, without_self=found.own_noise)


def greedy_mixed(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Forward selection on split molecules for cell types and for all genes at once.

    The task does not matter: nine parts of a gene's gain are the share of the genes' variance that
    it explains, one part (`TYPE_WEIGHT`) the share of the types'.
    """
    del seed, task
    train = data.of("train")
    if train.labels is None:
        raise ValueError("greedy_mixed needs labels; name an obs column as label")
    found = mixed_moments(train, TYPE_WEIGHT)
    return _forward(data, found, sizes, constraints, without_self=found.own_noise)


def pca(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Rank genes by the sum of their absolute loadings on the first 20 principal components.

    References
    ----------
    Kuemmerle et al. 2024, Spapros, its PCA baseline (doi:10.1038/s41592-024-02496-z).
    """
    del seed, task
    train = data.of("train")
    centred = train.values.toarray().astype(np.float64) - data.mean
    covariance = centred.T @ centred / train.n_cells
    last, n = data.n_genes - 1, min(N_COMPONENTS, data.n_genes)
    _, loadings = scipy.linalg.eigh(covariance, subset_by_index=(last - n + 1, last))
    return _ranked(data, np.abs(loadings).sum(axis=1), sizes, constraints)


def hvg(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Rank genes by scanpy's normalised dispersion (flavour seurat) on the training cells."""
    del seed, task
    import anndata as ad
    import scanpy as sc

    cells = ad.AnnData(data.of("train").values)
    sc.pp.highly_variable_genes(cells, flavor="seurat", n_top_genes=min(max(sizes), data.n_genes))
    dispersion = np.nan_to_num(cells.var["dispersions_norm"].to_numpy(np.float64), nan=-np.inf)
    return _ranked(data, np.maximum(dispersion, -1e9), sizes, constraints)


def random(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Genes at random, without looking at the cells."""
    del task
    return _ranked(
        data,
        np.random.default_rng(seed).permutation(data.n_genes).astype(float),
        sizes,
        constraints,
    )


Baseline = Callable[..., PanelPath]
BASELINES: dict[str, Baseline] = {
    "greedy": greedy,
    "greedy_split": greedy_split,
    "greedy_mixed": greedy_mixed,
    "pca": pca,
    "hvg": hvg,
    "markers": markers,
    "random": random,
    "genebasis": genebasis,
    "cosine": cosine,
}


def choose_baseline(
    data: ExpressionData,
    selector: str,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
    task: str,
) -> PanelPath:
    """Return a baseline's panels, made to meet the constraints."""
    choose = partial(BASELINES[selector], data, seed=seed, task=task)
    return constrained(choose, data.genes, sizes=sizes, constraints=constraints)


def _forward(
    data: ExpressionData,
    found: Moments,
    sizes: Sequence[int],
    constraints: Constraints,
    *,
    without_self: bool = False,
) -> PanelPath:
    """Run greedy forward selection on G and C; both are deflated by each gene chosen."""
    constraints.check_sizes(sizes, data.genes)
    gram = found.gram
    left, c = np.diag(gram) + RIDGE, found.cross.copy()
    if without_self:
        np.fill_diagonal(c, 0.0)  # no credit for itself
    columns = np.zeros((max(sizes), data.n_genes))
    forced = constraints.required_positions(data.genes).tolist()
    limits = constraints.limits(data.genes)
    chosen: list[int] = []
    gains: list[float] = []
    for step in range(max(sizes)):
        gain = (c**2).sum(axis=1) / np.maximum(left, RIDGE)
        if step < len(forced):
            pick = forced[step]
        else:
            pick = int(np.where(limits.may_join(chosen, max(sizes)), gain, -np.inf).argmax())
        column = gram[:, pick] - columns[:step].T @ columns[:step, pick]
        column[pick] += RIDGE
        column /= np.sqrt(max(left[pick], RIDGE))
        columns[step] = column
        row = c[pick] / np.sqrt(max(left[pick], RIDGE))
        left = left - column**2
        c -= np.outer(column, row)
        if without_self:
            c[:, pick] = 0.0  # nor for a gene that is measured already
            np.fill_diagonal(c, 0.0)
        chosen.append(pick)
        gains.append(float(gain[pick]))
    return ranked_path([data.genes[i] for i in chosen], gains, sizes)


def _ranked(
    data: ExpressionData, scores: Floats, sizes: Sequence[int], constraints: Constraints
) -> PanelPath:
    constraints.check_sizes(sizes, data.genes)
    candidates = constraints.candidate_positions(data.genes)
    names = np.array(data.genes)[candidates]
    optional = ~np.isin(names, constraints.required)
    order = np.lexsort((names, -scores[candidates], optional))
    return ranked_path(names[order].tolist(), scores[candidates][order].tolist(), sizes)
