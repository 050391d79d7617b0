"""Selectors by name, through the one way to run them, with settings that take a moment."""

from functools import partial

from spinn.constraints.constraints import Constraints
from spinn.selectors.choose import choose as run_selector
from spinn.selectors.choose import open_cells
from spinn.selectors.registry import EXCHANGE, EXCHANGE_TASKS, SELECTORS, load
from spinn.selectors.run import Run
from tests.support.cells import QUICK

FREE = Constraints()
TASKS = ("reconstruction", "classification", "regression", "hurdle")


def choice(
    name, data, *, sizes, seed=0, constraints=FREE, task="reconstruction", settings=QUICK
):  # fmt: skip
    """Return the `Choice` of a selector: its panels and what it says of them."""
    cells = open_cells(name, data, task, settings)
    return run_selector(cells, Run(name, sizes, seed, constraints))


def choose(name, data, **options):
    """Return the panels of a selector; options as in `choice`."""
    return choice(name, data, **options).path


def genes_of(name, data, *, sizes=(6,), **options):
    """Return the genes of a selector's largest panel, best first."""
    return choose(name, data, sizes=sizes, **options).panels[0].genes


def bare(name, data, *, task="reconstruction", settings=QUICK):
    """Return the function from a `Run` to panels that nothing has made to meet its constraints."""
    assert not SELECTORS[name].is_constrained
    return partial(load(name).choose, open_cells(name, data, task, settings))


def tasks_of(name):
    """Return the tasks that a selector takes."""
    return EXCHANGE_TASKS if name.endswith(EXCHANGE) else TASKS


def broken(panel, size, constraints, known):
    """Name the constraints that a panel does not meet, from the names of its genes alone."""
    genes, measured = panel.genes, panel.measured
    groups = [constraints.group[gene] for gene in genes if gene in constraints.group]
    groups += [constraints.group[gene] for gene in panel.base if gene in constraints.group]
    joined = {
        constraints.group[gene]
        for gene in genes
        if gene in constraints.group and gene not in constraints.required
    }
    cost = sum(constraints.cost.get(gene, 1.0) for gene in genes)
    n_required, budget = len(constraints.required), constraints.budget
    loads = zip(*(constraints.load[gene] for gene in measured if constraints.load), strict=True)
    rule, max_load = constraints.marker_rule, constraints.max_load
    limits = constraints.modelled().limits(known, [len(measured)])
    held = [len(set(names) & set(measured)) for names in rule.markers.values()]
    checks = {
        "size": len(set(genes)) == len(genes) == size - len(constraints.slots),
        "base": (panel.base, panel.slots) == (constraints.base, constraints.slots),
        "known": set(genes) <= set(known),
        "required": set(genes[:n_required]) == set(constraints.required),
        "excluded": not set(genes) & set(constraints.excluded),
        "group": all(groups.count(group) <= constraints.max_per_group for group in joined),
        "budget": budget is None or cost <= budget * (1 + 1e-6),
        "load": max_load is None or max(map(sum, loads)) <= max_load * (1 + 1e-6),
        "markers": all(n >= least for n, least in zip(held, limits.wanted, strict=False)),
    }
    return [name for name, holds in checks.items() if not holds]


def path_or_refusal(choose, constraints, known, sizes):
    """Return the panels that meet the constraints at every size; None where they were refused.

    ``choose`` takes no arguments.
    """
    try:
        path = choose()
    except ValueError as error:
        if str(error).startswith(("sizes must", "a panel of")):
            return None
        raise
    assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
    for panel in path.panels:
        assert broken(panel, panel.size, constraints, known) == []
    return path
