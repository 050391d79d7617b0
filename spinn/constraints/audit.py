"""Whether panels meet their constraints, one by one, in words and numbers.

Each constraint is checked from scratch, with the rules, the training cells' means and the panel's
names, so that the audit shows any mistake of a selector or the wrapper around it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from spinn.constraints.audit_rows import COLUMNS, Row, audit_row, joined, n_genes, named
from spinn.constraints.audit_types import crowding_rows, load_rows, marker_rows, platform_rows
from spinn.constraints.constraints import Constraints
from spinn.constraints.measured import constraints_for
from spinn.constraints.rules import Bounds, GeneRules
from spinn.constraints.terms import is_family, union
from spinn.data import ExpressionData
from spinn.panel import Panel
from spinn.platforms.platform import Platform
from spinn.platforms.reader import largest_load
from spinn.profiles.loads import loads

__all__ = ["COLUMNS", "audit"]


def audit(
    data: ExpressionData,
    rules: GeneRules,
    panels: Mapping[int, Panel],
    platform: Platform | None = None,
    *,
    constraints: Constraints | None = None,
) -> pd.DataFrame:
    """Return a row per panel, each of a wanted size, and constraint.

    Columns are ``constraint``; what was ``wanted`` and what the panel ``got``, as text; ``met``:
    yes, no, partly (as far as possible: the note says why) or warning (nothing forbids it); a
    ``note`` that names genes; the wanted ``size``. The size is always checked, other constraints
    where the rules or the platform have them. Of prepared cells, only the training cells are used.
    ``constraints`` are what follows from the rules for the data, where that is known already.
    """
    constraints, measured = constraints or constraints_for(rules, data), loads(data)
    required, genes, extreme = constraints.required, data.genes, largest_load()
    rows = [
        {**row, "size": size}
        for size, panel in panels.items()
        for row in (
            audit_row("size", size, panel.size, met=panel.size == size),
            *_list_rows(data, rules, panel, required),
            *_group_rows(data, rules, panel, required),
            *_expression_rows(data, rules, panel, required),
            *_budget_rows(data, rules, panel),
            *load_rows(measured, genes, rules, panel, required),
            *marker_rows(measured, genes, rules, constraints, panel),
            *(platform_rows(platform, rules, panel, size=size) if platform else ()),
            *crowding_rows(measured, genes, panel, extreme=extreme),
        )
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _list_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    if rules.base:
        absent = [gene for gene in rules.base if gene not in panel.base]
        got = f"{len(panel.base)} of them modelled"
        note = named("measured, not modelled", absent)
        yield audit_row("base", f"{n_genes(len(rules.base))} measured anyway", got, note, met=True)
    if rules.slots:
        got = f"{len(panel.slots)} of them"
        met = panel.slots == rules.slots
        yield audit_row("slots", f"{len(rules.slots)} names", got, ", ".join(rules.slots), met=met)
    if rules.required:
        missing = [gene for gene in required if gene not in panel.measured]
        got = f"{len(required) - len(missing)} of them"
        notes = _terms(rules, rules.required, data.genes), named("missing", missing)
        yield audit_row("required", n_genes(len(required)), got, *notes, met=not missing)
    if rules.excluded:
        banned = set(union(rules.matched(rules.excluded, data.genes))) - set(required)
        present = [gene for gene in panel.genes if gene in banned]
        wanted, got = f"none of {n_genes(len(banned))}", f"{len(present)} of them"
        notes = _terms(rules, rules.excluded, data.genes), named("in the panel", present)
        yield audit_row("excluded", wanted, got, *notes, met=not present)

    if rules.available is not None:
        available = rules.available_in(data.genes)
        absent = [gene for gene in panel.genes if gene not in available]
        got = f"{len(panel.genes) - len(absent)} of {n_genes(len(panel.genes))}"
        note = named("cannot be ordered", absent)
        yield audit_row("available", "genes that can be ordered", got, note, met=not absent)


def _group_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    if not (group := rules.column("group", data.genes)):
        return
    times = Counter(group[gene] for gene in panel.genes if gene in group)
    over = {name: n for name, n in times.items() if n > rules.max_per_group}
    # A full group may hold required genes only: no other gene may have joined it.
    joiners = {group[g] for g in panel.genes if g in group and g not in required}
    allowed = named("more are required", [f"{g} {n}" for g, n in over.items() if g not in joiners])
    wrong = named("too many", [f"{g} {n}" for g, n in over.items() if g in joiners])
    wanted = f"at most {rules.max_per_group} of each of {len(set(group.values()))} groups"
    got = f"at most {max(times.values(), default=0)}"
    yield audit_row("group", wanted, got, allowed, wrong, met=not joiners & set(over))


def _expression_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    if not (bounds := rules.bounds(data.genes)):
        return
    level = dict(zip(data.genes, data.mean.tolist(), strict=True))
    outside = {
        gene: f"{gene} {level[gene]:.3g}"
        for gene in panel.genes
        if gene in bounds and not bounds[gene].hold(level[gene])
    }
    allowed = named("required", [text for gene, text in outside.items() if gene in required])
    wrong = named("not required", [text for g, text in outside.items() if g not in required])
    more = ", own bounds for some" if set(bounds.values()) > {rules.expression} else ""
    wanted, got = f"mean {_range(rules.expression)}{more}", f"{len(outside)} outside"
    yield audit_row("expression", wanted, got, allowed, wrong, met=not outside)


def _budget_rows(data: ExpressionData, rules: GeneRules, panel: Panel) -> Iterator[Row]:
    if rules.budget is None:
        return
    cost = rules.column("cost", data.genes)
    spent = sum(cost.get(gene, 1.0) for gene in panel.genes)
    unknown = sum(gene not in cost for gene in panel.genes)
    note = f"{n_genes(unknown)} without a cost, taken as 1" if unknown else ""
    met = spent <= rules.budget * (1 + 1e-9)
    yield audit_row("budget", f"at most {rules.budget:g}", f"{spent:g}", note, met=met)


def _range(bounds: Bounds) -> str:
    ends = [f"at least {bounds.low:g}"] if bounds.low is not None else []
    ends += [f"at most {bounds.high:g}"] if bounds.high is not None else []
    return " and ".join(ends) or "within each gene's own bounds"


def _terms(rules: GeneRules, terms: Sequence[str], genes: Sequence[str]) -> str:
    """Return how many genes each family stands for, and which names are absent."""
    genes_of = rules.matched(terms, genes)
    families = [f"{term} {len(genes_of[term])}" for term in terms if is_family(term)]
    absent = [term for term in terms if not is_family(term) and not genes_of[term]]
    return joined(named("families", families), named("not in the data", absent))
