"""One panel for types and for all genes: mixtures of the two, and what each costs either goal.

A mixture takes a stated share of its genes from the panel for types and the others from that for
genes. Refits on half of the training cells, judged on the other half, say how much worse each
mixture is than the panel made for one goal alone: its price, and that price's standard error.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinn.data import ExpressionData
from spinn.evaluation.crossfit import CrossFitted, Paths, cross_fitted
from spinn.panel import Panel, PanelPath, path_by_place, ranked_path
from spinn.records.choice import Choice
from spinn.selectors.choose import choose as choose_by_name
from spinn.selectors.constrained import constrained
from spinn.selectors.contest import contest
from spinn.selectors.run import Run, TrainingCells

log = logging.getLogger(__name__)
SHARES = {"1/4 for types": 1 / 4, "1/2 for types": 1 / 2}
MIXED = "greedy_mixed"


@dataclass(frozen=True)
class Price:
    """How much worse a panel is than the one made for a goal alone, in the goal's headline metric.

    Below 0 where it is better.
    """

    value: float
    standard_error: float

    @property
    def in_errors(self) -> float:
        """The price in its standard errors; 0 of a panel that is the same."""
        if self.standard_error > 0:
            return self.value / self.standard_error
        return 0.0 if self.value == 0 else float(np.copysign(np.inf, self.value))


Prices = Mapping[str, Price]  # by goal


def for_both(genes: TrainingCells, types: TrainingCells, run: Run) -> Choice:
    """Return per size the mixture of which neither goal pays a price that is surely one.

    Parameters
    ----------
    genes, types
        The same cells, opened for reconstruction and for classification.
    run
        Whose constraints every mixture meets before they are compared.

    Returns
    -------
    Choice
        Its details say per size under `chosen` what was `taken`, and every candidate's `losses`
        and `prices` (each with its standard error) by goal; under `metrics` what is measured; under
        `alone` what competed for each goal alone, see `spinn.selectors.contest`.
    """
    of_genes, of_types = contest(genes, run), contest(types, run)
    alone = {"genes": of_genes.path, "types": of_types.path}
    paths = {**alone, **_mixtures(of_genes.path, of_types.path, types, run)}
    # All are judged as they are: a panel chosen again without the fold would be one of fewer cells.
    # So the contest has judged the panel for genes already, and that for types it has not.
    others = {name: path for name, path in paths.items() if name != "genes"}
    for_genes = cross_fitted(of_genes.judges, [others] * len(of_genes.judges), seed=run.seed)
    for_types = cross_fitted(of_types.judges, [paths] * len(of_types.judges), seed=run.seed)
    losses = {"genes": of_genes.losses, **for_genes.losses}
    choice = _cheapest(paths, {"genes": replace(for_genes, losses=losses), "types": for_types})
    of_each = {"genes": of_genes.details(), "types": of_types.details()}
    return replace(choice, details={**choice.details, "alone": of_each})


def _mixtures(genes: PanelPath, types: PanelPath, cells: TrainingCells, run: Run) -> Paths:
    """Return the mixtures of two paths by name, and what is chosen for both goals at once."""
    data = cells.data.of("train", "valid")
    inner = replace(cells, data=data, opened=None)
    both = choose_by_name(inner, replace(run, selector=MIXED)).path
    pairs = list(zip(genes.panels, types.panels, strict=True))
    mixed = {
        name: path_by_place([_mixture(*pair, share, data, run) for pair in pairs])
        for name, share in SHARES.items()
    }
    return {**mixed, MIXED: both}


def _mixture(genes: Panel, types: Panel, share: float, data: ExpressionData, run: Run) -> Panel:
    """Return a panel of two that meets the constraints.

    Genes of neither stand behind, those that vary most first, in case the constraints need them.
    """
    others = [data.genes[i] for i in np.argsort(-data.std, kind="stable")]
    order = list(dict.fromkeys([*interleaved(genes.genes, types.genes, share), *others]))
    path = ranked_path(order, [-float(rank) for rank in range(len(order))], [genes.size])
    one_size = replace(run, sizes=[genes.size])
    return constrained(lambda _: path, data.genes, one_size).panels[0]


def interleaved(first: Sequence[str], second: Sequence[str], share: float) -> list[str]:
    """Return the genes of two rankings in turn, a share, in (0, 1), of them from the second.

    A gene of both stands where it comes first.
    """
    places = [(rank / (1 - share), gene) for rank, gene in enumerate(first, start=1)]
    places += [(rank / share, gene) for rank, gene in enumerate(second, start=1)]
    return list(dict.fromkeys(gene for _, gene in sorted(places, key=lambda place: place[0])))


def _cheapest(paths: Paths, fitted: Mapping[str, CrossFitted]) -> Choice:
    panels, chosen = [], {}
    for place, size in enumerate(paths["genes"].sizes):
        prices = {name: _prices(name, place, fitted) for name in paths}
        best = cheapest(prices)
        words = ", ".join(f"{p.value:.4f} ({p.standard_error:.4f})" for p in prices[best].values())
        log.info("%d genes: %s; price for genes, types: %s", size, best, words)
        panels.append(paths[best].panels[place])
        chosen[str(size)] = {
            "taken": best,
            "losses": {
                name: {goal: float(of.losses[name][0, place]) for goal, of in fitted.items()}
                for name in paths
            },
            "prices": {
                name: {goal: [p.value, p.standard_error] for goal, p in by_goal.items()}
                for name, by_goal in prices.items()
            },
        }
    metrics = {goal: of_goal.metric for goal, of_goal in fitted.items()}
    return Choice(path_by_place(panels), details={"chosen": chosen, "metrics": metrics})


def _prices(name: str, place: int, fitted: Mapping[str, CrossFitted]) -> Prices:
    prices = {}
    for goal, of_goal in fitted.items():
        price = (of_goal.losses[name] - of_goal.losses[goal])[:, place]
        prices[goal] = Price(float(price[0]), float(np.std(price[1:])))
    return prices


def cheapest(prices: Mapping[str, Prices]) -> str:
    """Return the candidate to take, by its prices for either goal.

    Prices are counted in standard errors, since metrics differ in scale. Of candidates of which
    neither price is above one, that with the smallest sum; where there is none, that whose larger
    price is smallest.
    """
    errors = {name: [p.in_errors for p in by_goal.values()] for name, by_goal in prices.items()}
    fair = [name for name in prices if max(errors[name]) <= 1]
    if fair:
        return min(fair, key=lambda name: sum(errors[name]))
    return min(prices, key=lambda name: max(errors[name]))
