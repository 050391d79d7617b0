"""Genes that stand in for each other: groups whose signals are nearly the same."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.preparation.moments import split_moments

THRESHOLD = 0.8  # absolute correlation of signals from which on genes stand in for each other
MAX_ERROR = 0.1  # standard error of a correlation above which it counts as 0


def interchangeable(data: ExpressionData, *, threshold: float = THRESHOLD) -> pd.DataFrame:
    """Return the group of each gene, as interchangeable.csv: gene, group, size of the group.

    Any two genes of a group have a `signal_correlation` of at least ``threshold``, up to sign.
    Groups are numbered from 0 in the order of the genes; a gene that no other stands in for is a
    group by itself.

    Notes
    -----
    Complete linkage. Standing in for each other is then a relation between groups, so that their
    genes need only be counted (see `spinn.stability.agreement.nogueira_correlated`).
    """
    number = np.arange(data.n_genes)
    if data.n_genes > 1:
        distance = 1 - np.abs(signal_correlation(data.of("train")))
        tree = linkage(squareform(distance, checks=False), method="complete")
        number = pd.factorize(fcluster(tree, 1 - threshold, criterion="distance"))[0]
    size = np.bincount(number)[number]
    return pd.DataFrame({"gene": list(data.genes), "group": number, "size": size})


def signal_correlation(cells: ExpressionData) -> Floats:
    """Return the correlation of the genes' signals in some cells, shape (genes, genes), in -1..1.

    Notes
    -----
    Noise hides how alike two genes are: no pair of pbmc3k's genes correlates by 0.9, for 276 pairs
    the signals do. With molecules, C is the covariance between the two halves of the cells'
    molecules, in which noise cancels also on the diagonal: r_ij = C_ij / sqrt(C_ii C_jj)
    (Spearman's correction for attenuation). Its standard error is about 1 / sqrt(n rho_i rho_j)
    with rho_i the share of a half's variance that is signal; where that is larger than
    `MAX_ERROR` the correlation is set to 0. Without molecules it is that of the values.

    References
    ----------
    Spearman, The proof and measurement of association between two things, 1904.
    """
    moments = split_moments(cells, "reconstruction")
    spread = moments.variance
    signal = moments.cross * np.sqrt(spread)[:, None]  # its inputs are standardised
    signal = (signal + signal.T) / 2
    power = np.maximum(np.diag(signal), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(spread > 0, power / spread, 0)
        error = 1 / np.sqrt(cells.n_cells * np.outer(share, share))
        r = np.where(error <= MAX_ERROR, signal / np.sqrt(np.outer(power, power)), 0)
    r = r.clip(-1, 1)
    np.fill_diagonal(r, 1)
    return r
