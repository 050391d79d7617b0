"""How often a gene is chosen on resampled cells, and which genes are therefore stable."""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.panel import PanelPath
from spinn.preparation.cell_halves import cell_halves, permute_genes
from spinn.statistics.proportions import wilson

log = logging.getLogger(__name__)
LEVEL = 0.05  # falsely stable genes expected at most, and error of all intervals together
COLUMNS = (
    *("selector", "size", "gene", "frequency", "low", "high"),
    *("scrambled", "scrambled_low", "scrambled_high", "by_chance"),
    *("false_any", "false_unimodal", "stable", "n_halves"),
)


class Selectors(Protocol):
    """Some selectors with everything fixed but cells and seed."""

    def __call__(self, cells: ExpressionData, /, *, seed: int) -> Mapping[str, PanelPath]:
        """Return each selector's panels on these cells."""


def frequencies(
    data: ExpressionData, choose: Selectors, *, sizes: Sequence[int], n_pairs: int
) -> pd.DataFrame:
    """Return how often genes are chosen on halves of the training cells, as frequencies.csv.

    Test cells have no part in it. The selectors are run on every half of ``n_pairs`` divisions of
    the cells into two (at least 1; 50 is usual), and on the same half with permuted genes.

    Returns
    -------
    frequencies
        A row per selector, size and gene that was chosen at least once in the cells as they are:

        `frequency`
            Share of the 2 ``n_pairs`` halves whose panel holds the gene; `low`, `high`: Wilson's
            95 % interval for that many more halves of the same cells.
        `scrambled`
            The same in halves in which every gene's values were permuted, with its interval: how
            often the gene is chosen for its distribution alone.
        `by_chance`
            Genes in the panel over genes.
        `false_any`, `false_unimodal`
            Bounds on the expected number of genes at least as frequent that are chosen no more
            often than by chance: of Meinshausen and Buhlmann, and of Shah and Samworth for
            unimodal frequencies. Infinite up to a half.
        `stable`
            Whether Wilson's lower end, for all genes together, is above chance and above the
            scrambled halves' upper end, and `false_unimodal` is at most `LEVEL`.

    Notes
    -----
    Halves of the same cells share their sampling error: in cells without structure dozens of genes
    are chosen more often than by chance. The second and third condition of `stable` are for these.
    """
    if n_pairs < 1:
        raise ValueError(f"n_pairs must be at least 1, got {n_pairs}")
    times: dict[tuple[str, int], Floats] = {}
    for number, half in enumerate(cell_halves(data, n_pairs=n_pairs, seed=0)):
        log.info("half %d of %d", number + 1, 2 * n_pairs)
        for kind, cells in enumerate((half, permute_genes(half, seed=number))):
            for selector, path in choose(cells, seed=number).items():
                for size in sizes:
                    counts = times.setdefault((selector, size), np.zeros((2, data.n_genes)))
                    counts[kind, data.positions(path.of_size(size).genes)] += 1
    tables = [
        _table(data.genes, selector, size, counts / (2 * n_pairs), n_pairs)
        for (selector, size), counts in times.items()
    ]
    return pd.concat(tables, ignore_index=True)


def false_any(frequency: Floats, *, size: int, n_genes: int) -> Floats:
    """Return the bound on falsely frequent genes that only needs exchangeable noise.

    q^2 / ((2 f - 1) p) with q genes chosen of p; infinite where f is at most 1/2.

    References
    ----------
    Meinshausen and Buhlmann, Stability selection, JRSS B 72, 2010, Theorem 1.
    """
    share = 2 * np.asarray(frequency, dtype=np.float64) - 1
    return np.divide(size**2 / n_genes, share, out=np.full_like(share, np.inf), where=share > 1e-12)


def false_unimodal(frequency: Floats, *, n_pairs: int, size: int, n_genes: int) -> Floats:
    """Return the sharper bound for complementary halves and unimodal frequencies.

    C q^2 / p with C = 1 / (2 (2 f - 1 - 1/(2B))) up to f = 3/4 and 4 (1 - f + 1/(2B)) / (1 + 1/B)
    from there on, for B pairs; infinite where it does not hold: f at most 1/2 + 1/(2B) + 3/4 of
    (q/p)^2, or q/p above 1/sqrt(3).

    References
    ----------
    Shah and Samworth, Variable selection with error control: another look at stability selection,
    JRSS B 75, 2013, Theorem 2.
    """
    f, share = np.asarray(frequency, dtype=np.float64), size / n_genes
    tail = 1 / (2 * n_pairs)
    holds = (f > 0.5 + tail + 0.75 * share**2) & (share <= 1 / np.sqrt(3))
    middle = np.divide(0.5, 2 * f - 1 - tail, out=np.full_like(f, np.inf), where=holds)
    upper = 4 * (1 - f + tail) / (1 + 1 / n_pairs)
    return np.where(holds, np.where(f <= 0.75, middle, upper) * size * share, np.inf)


def _table(
    genes: Sequence[str], selector: str, size: int, shares: Floats, n_pairs: int
) -> pd.DataFrame:
    """Return the rows of one selector and size; ``shares`` are those of both kinds of halves."""
    n_halves, n_genes, (frequency, scrambled) = 2 * n_pairs, len(genes), shares
    lowest = wilson(frequency, n_halves, error=LEVEL / n_genes)[0]
    highest = wilson(scrambled, n_halves, error=LEVEL / n_genes)[1]
    unimodal = false_unimodal(frequency, n_pairs=n_pairs, size=size, n_genes=n_genes)
    stable = (lowest > np.maximum(highest, size / n_genes)) & (unimodal <= LEVEL)
    columns = (
        *(selector, size, list(genes), frequency, *wilson(frequency, n_halves)),
        *(scrambled, *wilson(scrambled, n_halves), size / n_genes),
        *(false_any(frequency, size=size, n_genes=n_genes), unimodal, stable, n_halves),
    )
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    table = table[table["frequency"] > 0]
    return table.sort_values(["frequency", "gene"], ascending=[False, True], kind="stable")
