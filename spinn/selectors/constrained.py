"""The one way from a selector to panels that meet every constraint, whatever the selector is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.constraints.files import read_rules
from spinn.data import ExpressionData
from spinn.panel import Panel, PanelPath, Ranked, ranked_path


class Chooser(Protocol):
    """A selector of which all but sizes and constraints is settled."""

    def __call__(self, *, sizes: Sequence[int], constraints: Constraints) -> PanelPath:
        """Return panels of these sizes."""


def constraints_of(genes: Mapping[str, Any], data: ExpressionData) -> Constraints:
    """Return what the config section ``genes`` demands of prepared cells."""
    return read_rules(genes).resolve(data.genes, data.mean)


def constrained(
    choose: Chooser, genes: Sequence[str], *, sizes: Sequence[int], constraints: Constraints
) -> PanelPath:
    """Return a selector's panels, made to meet the constraints.

    Parameters
    ----------
    choose
        The selector. It may use the constraints for better panels; it need not.
    genes
        Of the data.
    sizes
        Of the panels.
    constraints
        What is demanded.

    Returns
    -------
    PanelPath
        Required genes come first; then each next gene of the selector's ranking, ranks divided by
        weights, that keeps a panel within reach (`Limits.may_join`). Nested panels come from one
        such walk to the largest size. Panels that are not nested come from a walk each, over their
        own genes before the others. What meets the constraints already comes back as it was.

    Raises
    ------
    ValueError
        If no such panel exists, or the selector cannot rank enough genes.

    Notes
    -----
    Where a ranking is too short to tell, the selector is asked for a panel twice as large, and so
    on, with required and excluded genes as its only constraints.
    """
    constraints.check_sizes(sizes, genes)
    n_candidates = len(constraints.candidate_positions(genes))
    path, wanted = choose(sizes=sizes, constraints=constraints), max(sizes)
    while (met := _met(path, genes, sizes, constraints)) is None:
        if wanted == n_candidates:
            raise ValueError(
                f"a selector must rank all {n_candidates} genes that may be chosen when asked for "
                f"as many, came {len(path.ranking)}; its panels cannot be made to meet the "
                "constraints"
            )
        wanted = min(2 * wanted, n_candidates)
        path = choose(sizes=[*sizes, wanted], constraints=constraints.of_names_only())
    return met


def _met(
    path: PanelPath, genes: Sequence[str], sizes: Sequence[int], constraints: Constraints
) -> PanelPath | None:
    """Return the path with panels that meet the constraints; None if its ranking is too short."""
    entry = {ranked.gene: ranked for ranked in path.ranking}
    ranking = tuple(entry)
    if all(panel.genes == ranking[: panel.size] for panel in path.panels):
        order = _walk(ranking, genes, max(sizes), constraints)
        if order is None:
            return None
        unscored = Ranked("", 0, np.inf, len(genes))  # required, and unknown to the selector
        found = [entry.get(gene, unscored) for gene in order]
        scores, among = [ranked.score for ranked in found], [ranked.among for ranked in found]
        return ranked_path(order, scores, sizes, among=among)
    panels = []
    for size in sorted(sizes, reverse=True):
        own, others = path.of_size(size).genes, [g for panel in path.panels for g in panel.genes]
        order = _walk([*own, *others, *ranking], genes, size, constraints)
        if order is None:
            return None
        panels.append(Panel(tuple(order[:size])))
    return replace(path, panels=tuple(panels))


def _walk(
    ranking: Sequence[str], genes: Sequence[str], size: int, constraints: Constraints
) -> list[str] | None:
    """Return the ranked candidates, the panel of ``size`` first; None if they are too few to tell.

    Too few are those behind which a gene that is not ranked could yet come to stand in the panel.
    """
    position = {gene: i for i, gene in enumerate(genes)}
    limits, weight = constraints.limits(genes), constraints.weights(genes)
    order = [position[gene] for gene in dict.fromkeys(ranking)]
    rank = {gene: at / weight[gene] for at, gene in enumerate(order, start=1)}
    order = [gene for gene in order if limits.candidates[gene]]
    required = dict.fromkeys(constraints.required_positions(genes).tolist())
    chosen = [gene for gene in dict.fromkeys([*order, *required]) if gene in required]
    rest = sorted((gene for gene in order if gene not in required), key=rank.__getitem__)
    open_, passed = limits.may_join(chosen, size), []
    for gene in rest:
        if open_[gene]:
            chosen.append(gene)
            open_ = limits.may_join(chosen, size)
        else:
            passed.append(gene)
    unranked = limits.candidates.copy()
    unranked[[*chosen, *passed]] = False
    last = max((rank.get(gene, 0.0) for gene in chosen[len(required) :]), default=0.0)
    if len(chosen) < size or (unranked.any() and last > (len(rank) + 1) / weight[unranked].max()):
        return None
    return [genes[gene] for gene in (*chosen, *passed)]
