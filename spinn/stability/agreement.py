"""Indices of agreement between panels: sets of genes in, numbers out."""

import itertools
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence

import numpy as np

from spinn.arrays import Floats


def jaccard(first: Collection[str], second: Collection[str]) -> float:
    """Return shared genes over all genes of two panels, in 0..1; 1 for two empty ones."""
    union = set(first) | set(second)
    return len(set(first) & set(second)) / len(union) if union else 1.0


def nogueira(panels: Sequence[Collection[str]], n_genes: int) -> tuple[float, float]:
    """Return the stability index of at least two panels and its asymptotic standard error.

    Panels hold distinct genes out of ``n_genes``. The index is 1 for identical panels, 0 on average
    for random ones, at least -1 / (panels - 1); NaN when all panels are empty or all hold every
    gene: then nothing was chosen. The error is NaN for two panels: two of one size always give 0,
    for lack of data.

    Notes
    -----
    With M panels, d genes, z_if = 1 when panel i holds gene f, p_f the share of panels that hold
    gene f, k_i the size of panel i and k its mean (Definition 4)::

        index = 1 - mean_f [M / (M - 1) p_f (1 - p_f)] / [k/d (1 - k/d)]

    The squared error (Theorem 7) is 4 / M^2 sum_i (g_i - mean g)^2 with::

        g_i = [mean_f z_if p_f - k_i k / d^2
               + index / 2 (2 k_i k / d^2 - k_i / d - k / d + 1)] / [k/d (1 - k/d)]

    References
    ----------
    Nogueira, Sechidis and Brown, On the stability of feature selection algorithms, JMLR 18(174),
    2018.
    """
    _check(panels, n_genes)
    names = sorted(set().union(*panels))
    # Genes in no panel add zeros to every sum: they enter by n_genes alone.
    chosen = np.array([[name in panel for name in names] for panel in map(set, panels)], float)
    n_panels, share = len(panels), chosen.mean(axis=0)
    size = chosen.sum(axis=1) / n_genes
    mean = size.mean()
    chance = mean * (1 - mean)
    if chance == 0:
        return float("nan"), float("nan")
    spread = n_panels / (n_panels - 1) * (share * (1 - share)).sum() / n_genes
    index = 1 - spread / chance
    each = chosen @ share / n_genes - size * mean
    each += index / 2 * (2 * size * mean - size - mean + 1)
    return float(index), _standard_error((each - each.mean()) / chance)


def nogueira_correlated(
    panels: Sequence[Collection[str]], n_genes: int, group_of: Mapping[str, Hashable]
) -> tuple[float, float]:
    """Return the stability index with interchangeable genes counted as agreement, and its error.

    As `nogueira`, for panels of one size; ``group_of`` gives a gene's group of interchangeable
    genes, and a gene that is absent is a group by itself. The index is 1 where every panel takes
    equally many genes from each group, 0 on average for random panels; `nogueira` where every group
    is one gene. NaN where nothing was chosen. The error is asymptotic, NaN for two panels.

    Notes
    -----
    The generalised index 1 - tr(C S) / tr(C S0) with S the covariance of the panels' indicators, S0
    that of random panels of their size k, and C the similarity of genes: 1 within a group, else 0.
    With n_ig the genes of panel i in group g, m_g the size of the group, d genes::

        tr(C S)  = sum_g var_i n_ig
        tr(C S0) = sum_g m_g k/d (1 - k/d) (d - m_g) / (d - 1)     (hypergeometric variances)

    The squared error is that of `nogueira` with g_i = sum_g n_ig mean_j n_jg / tr(C S0).

    References
    ----------
    Sechidis, Papangelou, Nogueira, Weatherall and Brown, On the stability of feature selection in
    the presence of feature correlations, ECML PKDD 2019, LNCS 11906, 2020.
    """
    _check(panels, n_genes)
    sizes = {len(set(panel)) for panel in panels}
    if len(sizes) > 1:
        raise ValueError(f"panels must be of one size, got {sorted(sizes)}")
    members = np.array([*Counter(group_of.values()).values()], dtype=np.float64)
    alone = n_genes - members.sum()  # genes without a group
    spread = (members * (n_genes - members)).sum() + alone * (n_genes - 1)
    share = sizes.pop() / n_genes
    chance = float(share * (1 - share) * spread / max(n_genes - 1, 1))
    if not chance > 0:
        return float("nan"), float("nan")
    taken = [Counter(group_of.get(gene, ("alone", gene)) for gene in panel) for panel in panels]
    groups = dict.fromkeys(itertools.chain(*taken))
    counts = np.array([[numbers[group] for group in groups] for numbers in taken], float)
    index = 1 - counts.var(axis=0, ddof=1).sum() / chance
    each = counts @ counts.mean(axis=0) / chance
    return float(index), _standard_error(each - each.mean())


def _check(panels: Sequence[Collection[str]], n_genes: int) -> None:
    if len(panels) < 2:
        raise ValueError(f"the index needs at least two panels, got {len(panels)}")
    n_chosen = len(set().union(*panels))
    if n_chosen > n_genes:
        raise ValueError(f"n_genes must be at least the {n_chosen} genes chosen, got {n_genes}")


def _standard_error(deviations: Floats) -> float:
    """Return that of an index from each panel's deviation; NaN for two panels."""
    n_panels = len(deviations)
    error = 2 / n_panels * np.sqrt(np.square(deviations).sum())
    return float(error) if n_panels > 2 else float("nan")
