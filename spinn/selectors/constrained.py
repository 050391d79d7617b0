"""The wrapper that makes the panels of any selector meet every constraint."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.panel import Panel, PanelPath, Ranked, ranked_path
from spinn.selectors.run import Run


def constrained(choose: Callable[[Run], PanelPath], genes: Sequence[str], run: Run) -> PanelPath:
    """Return a selector's panels, made to meet the constraints.

    Parameters
    ----------
    choose
        The selector. It may use the constraints for better panels; it need not.
    genes
        Of the data.
    run
        Sizes and constraints of the panels.

    Returns
    -------
    PanelPath
        Required genes come first; then each next gene of the selector's ranking, ranks divided by
        weights, that keeps a panel within reach (`Limits.may_join`). Nested panels come from one
        such walk to the largest size. Panels that are not nested come from a walk each, over their
        genes before the others. What meets the constraints already is returned unchanged. Where
        three genes carry too much of a panel's molecules, genes as heavy as they are left out, and
        the walk is taken again.

    Raises
    ------
    ValueError
        If no such panel exists, or the selector cannot rank enough genes.

    Notes
    -----
    Where a ranking is too short to decide, the selector runs again for a panel twice as large, and
    so on, with required and excluded genes as its only constraints.
    """
    run.constraints.check_sizes(run.sizes, genes)
    path = choose(run)
    while True:
        path, met = _lengthened(choose, path, genes, run)
        lighter = _lighter(met, genes, run)
        if lighter is None:
            return met
        run = replace(run, constraints=lighter)


def _lighter(met: PanelPath, genes: Sequence[str], run: Run) -> Constraints | None:
    """Return constraints without genes that crowd the panels; None where nothing is to be gained.

    Other requirements come first: what cannot be left out for their sake stays.
    """
    asked, sizes = run.constraints, run.sizes
    heavy = set().union(*(asked.too_heavy(panel.genes) for panel in met.panels))
    heavy -= set(asked.excluded)
    if not heavy:
        return None
    n_markers, lighter = asked.n_markers(sizes, genes), asked

    def is_as_good(constraints: Constraints) -> bool:
        """Return whether panels are possible, and hold as many markers as asked for."""
        try:
            constraints.check_sizes(sizes, genes)
        except ValueError:
            return False
        return constraints.n_markers(sizes, genes) == n_markers

    if is_as_good(together := asked.without(heavy)):
        return together
    for gene in sorted(heavy, key=lambda gene: (-asked.overall[gene], gene)):
        without = lighter.without([gene])
        lighter = without if is_as_good(without) else lighter
    return None if lighter is asked else lighter


def _lengthened(
    choose: Callable[[Run], PanelPath], path: PanelPath, genes: Sequence[str], run: Run
) -> tuple[PanelPath, PanelPath]:
    """Return a path that ranks enough genes, and its panels made to meet the constraints."""
    n_candidates = len(run.constraints.candidate_positions(genes))
    size = max(len(path.ranking), *run.sizes)
    while (met := _met(path, genes, run)) is None:
        if size >= n_candidates:
            raise ValueError(
                f"a selector must rank all {n_candidates} genes that may be chosen when as many "
                f"are requested, got {len(path.ranking)}; its panels cannot be made to meet the "
                "constraints"
            )
        size = min(2 * size, n_candidates)
        by_name = run.constraints.of_names_only()
        path = choose(replace(run, sizes=[*run.sizes, size], constraints=by_name))
    return path, met


def _met(path: PanelPath, genes: Sequence[str], run: Run) -> PanelPath | None:
    """Return the path with panels that meet the constraints; None if its ranking is too short."""
    entry = {ranked.gene: ranked for ranked in path.ranking}
    ranking = tuple(entry)
    if all(panel.genes == ranking[: panel.size] for panel in path.panels):
        order = _walk(ranking, genes, run.sizes, run.constraints)
        if order is None:
            return None
        unscored = Ranked("", 0, np.inf, len(genes))  # required, and unknown to the selector
        places = [entry.get(gene, unscored) for gene in order]
        scores, among = [ranked.score for ranked in places], [ranked.among for ranked in places]
        return ranked_path(order, scores, run.sizes, among=among)
    panels = []
    every = [gene for panel in path.panels for gene in panel.genes]
    for size in sorted(run.sizes, reverse=True):
        first = [*path.of_size(size).genes, *every, *ranking]
        order = _walk(first, genes, [size], run.constraints)
        if order is None:
            return None
        panels.append(Panel(tuple(order[:size])))
    return replace(path, panels=tuple(panels))


def _walk(
    ranking: Sequence[str], genes: Sequence[str], sizes: Sequence[int], constraints: Constraints
) -> list[str] | None:
    """Return the ranked candidates, nested panels of ``sizes`` first; None if too few are ranked.

    Too few are those behind which a gene that is not ranked could still get into the panel.
    """
    position, size = {gene: i for i, gene in enumerate(genes)}, max(sizes)
    limits, weight = constraints.limits(genes, sizes), constraints.weights(genes)
    order = [position[gene] for gene in dict.fromkeys(ranking)]
    rank = {gene: at / weight[gene] for at, gene in enumerate(order, start=1)}
    order = [gene for gene in order if limits.candidates[gene]]
    required = dict.fromkeys(constraints.required_positions(genes).tolist())
    chosen = [gene for gene in dict.fromkeys([*order, *required]) if gene in required]
    rest = sorted((gene for gene in order if gene not in required), key=rank.__getitem__)
    while len(chosen) < size:
        open_ = limits.may_join(chosen, size)
        if (gene := next((gene for gene in rest if open_[gene]), None)) is None:
            break
        chosen.append(gene)
        rest.remove(gene)
    unranked = limits.candidates.copy()
    unranked[[*chosen, *rest]] = False
    last = max((rank.get(gene, 0.0) for gene in chosen[len(required) :]), default=0.0)
    if len(chosen) < size or (unranked.any() and last > (len(rank) + 1) / weight[unranked].max()):
        return None
    return [genes[gene] for gene in (*chosen, *rest)]
