"""Coverage: which cell types a panel can tell from their siblings, judged on test cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.explanation.discriminant import discriminant
from spinn.explanation.verdicts import UNKNOWN, Interval, verdict
from spinn.panel import Panel
from spinn.profiles.markers import marker_sets
from spinn.profiles.separation import pairwise_auroc
from spinn.profiles.siblings import siblings
from spinn.statistics.auroc import auroc_with_interval

MAX_NAMED = 5
Row = dict[str, object]
_UNJUDGED: Row = {"sibling": "", "gene": "", "verdict": UNKNOWN}
COLUMNS = (
    *("size", "type", "n_train", "n_test", "n_markers", "n_in_panel", "markers", "sibling"),
    *("panel", "panel_low", "panel_high", "all_genes", "all_low", "all_high"),
    *("gene", "gene_auroc", "detected_in_type", "detected_in_sibling"),
    *("mean_in_type", "mean_in_sibling", "verdict"),
)


def coverage(
    data: ExpressionData,
    panels: Mapping[int, Panel],
    siblings_of: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return how well panels separate each type from the sibling that they separate worst.

    A panel reads the genes of the base that it is added to as well. A row per panel, by its wanted
    size, and type with training cells; empty without labels.

    Parameters
    ----------
    siblings_of
        The siblings of each type; None: those of `spinn.profiles.siblings`.

    Returns
    -------
    DataFrame
        - ``n_train``, ``n_test``: the type's cells;
        - ``n_markers``: its markers in the data (`spinn.profiles.markers`); ``n_in_panel`` of them
          are in the panel or its base, the first of which ``markers`` names, best first;
        - ``sibling``: of the type's siblings that have test cells, the one that the panel separates
          worst; empty where there is none;
        - ``panel``: AUROC between the two of a linear score of all genes of the panel, with
          ``panel_low`` and ``panel_high``, a 95 % interval; ``all_genes`` likewise: of all genes;
        - ``gene``: the panel's gene that separates the two surest in training cells; of it the
          AUROC (below 1/2 where it is lower in the type), the share of cells in which it is
          detected, and the mean log-normalised value;
        - ``verdict``: one of the four of `spinn.explanation.verdicts`.

    Notes
    -----
    Genes, siblings, markers and scores come from training cells; every AUROC, share and mean from
    test cells, where there are donors with intervals between donors. That the worst of two siblings
    is shown makes ``panel`` a little too low rather than too high.
    """
    train, test = data.of("train"), data.of("test")
    if train.labels is None or test.labels is None:
        return pd.DataFrame(columns=list(COLUMNS))
    near = siblings(data) if siblings_of is None else siblings_of
    markers, rule = marker_sets(data, near), discriminant(train)
    by_all_genes = rule.scores(test.values, np.arange(data.n_genes))
    n_train, n_test = (
        dict(zip(data.classes, np.bincount(labels, minlength=len(data.classes)), strict=True))
        for labels in (train.labels, test.labels)
    )
    rows = []
    for size, panel in panels.items():
        inside = data.positions(panel.measured)
        judge = _Judge(train, test, inside, rule.scores(test.values, inside), by_all_genes)
        for name, others in near.items():
            present = [marker for marker in markers[name] if marker in panel.measured]
            about = {
                "size": size,
                "type": name,
                "n_train": n_train[name],
                "n_test": n_test[name],
                "n_markers": len(markers[name]),
                "n_in_panel": len(present),
                "markers": ", ".join(present[:MAX_NAMED]),
            }
            judged = [other for other in others if n_test[name] and n_test[other]]
            rows.append(about | (judge.worst(name, judged) if judged else _UNJUDGED))
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class _Judge:
    """A panel on test cells: its genes' positions, its linear scores and those of all genes."""

    train: ExpressionData
    test: ExpressionData
    inside: Integers
    by_panel: Floats
    by_all_genes: Floats

    def worst(self, name: str, others: Sequence[str]) -> Row:
        """Return how the panel separates a type from the one of others that it separates worst."""
        t, *rest = map(self.test.classes.index, (name, *others))
        panels = {s: self._interval(self.by_panel, t, s) for s in rest}
        s = min(panels, key=lambda other: panels[other][0])
        panel, all_genes = panels[s], self._interval(self.by_all_genes, t, s)
        return {
            "sibling": self.test.classes[s],
            **dict(zip(("panel", "panel_low", "panel_high"), panel, strict=True)),
            **dict(zip(("all_genes", "all_low", "all_high"), all_genes, strict=True)),
            **self._best_gene(t, s),
            "verdict": verdict(panel, all_genes),
        }

    def _interval(self, scores: Floats, t: int, s: int) -> Interval:
        """Return the AUROC between two types of their difference of scores, with its interval."""
        cells = [np.flatnonzero(self.test.labels == c) for c in (t, s)]
        one, other = ((scores[of, t] - scores[of, s]) for of in cells)
        donors = self.test.donors
        return auroc_with_interval(
            one, other, None if donors is None else (donors[cells[0]], donors[cells[1]])
        )

    def _best_gene(self, t: int, s: int) -> Row:
        """Return what test cells say of the gene that separates the training cells best."""
        chosen_by = self._aurocs(self._values(self.train, t, s))
        g = int(np.argmax(np.abs(chosen_by - 0.5)))
        one, other = self._values(self.test, t, s)
        return {
            "gene": self.train.genes[self.inside[g]],
            "gene_auroc": self._aurocs((one, other))[g],
            "detected_in_type": (one[:, [g]] > 0).mean(),
            "detected_in_sibling": (other[:, [g]] > 0).mean(),
            "mean_in_type": one[:, [g]].mean(),
            "mean_in_sibling": other[:, [g]].mean(),
        }

    def _values(self, cells: ExpressionData, t: int, s: int) -> Sequence[sp.csr_matrix]:
        return [cells.values[cells.labels == c][:, self.inside] for c in (t, s)]

    def _aurocs(self, values: Sequence[sp.csr_matrix]) -> Floats:
        """Return the AUROC of each gene of the panel between the cells of two types."""
        sides = np.repeat([0, 1], [part.shape[0] for part in values])
        return pairwise_auroc(sp.vstack(values), sides, 2)[0, 1]
