"""Whether panels meet their constraints, one by one, in words and numbers.

Each constraint is checked from scratch, with the rules, the training cells' means and the panel's
names, so that the audit shows any mistake of a selector or the wrapper around it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from spinn.constraints.rules import Bounds, GeneRules
from spinn.constraints.terms import is_family, matched, union
from spinn.data import ExpressionData
from spinn.panel import Panel

COLUMNS = ("constraint", "wanted", "got", "met", "note", "size")
MAX_NAMED = 5  # genes or groups in a note
Row = dict[str, object]


def audit(data: ExpressionData, rules: GeneRules, panels: Mapping[int, Panel]) -> pd.DataFrame:
    """Return a row per panel and constraint.

    Parameters
    ----------
    data
        Prepared cells, of which only gene names and the training cells' means are used.
    rules
        What was required.
    panels
        Wanted size to panel.

    Returns
    -------
    DataFrame
        ``constraint``; what was ``wanted`` and what the panel ``got``, as text; ``met``: yes or
        no; a ``note`` that names genes; the panel's ``size``. The size is always checked, other
        constraints where the rules have them.
    """
    required = rules.resolve(data.genes, data.mean).required
    rows = [
        {**row, "size": size}
        for size, panel in panels.items()
        for row in (
            _row("size", size, panel.size, met=panel.size == size),
            *_list_rows(data, rules, panel, required),
            *_group_rows(data, rules, panel, required),
            *_expression_rows(data, rules, panel, required),
            *_budget_rows(data, rules, panel),
        )
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _list_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    if rules.required:
        missing = [gene for gene in required if gene not in panel.genes]
        yield _row(
            "required",
            _genes(len(required)),
            f"{len(required) - len(missing)} of them",
            _terms(rules.required, data.genes),
            _named("missing", missing),
            met=not missing,
        )
    if rules.excluded:
        banned = set(union(matched(rules.excluded, data.genes))) - set(required)
        present = [gene for gene in panel.genes if gene in banned]
        yield _row(
            "excluded",
            f"none of {_genes(len(banned))}",
            f"{len(present)} of them",
            _terms(rules.excluded, data.genes),
            _named("in the panel", present),
            met=not present,
        )


def _group_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    group = rules.column("group", data.genes)
    if not group:
        return
    times = Counter(group[gene] for gene in panel.genes if gene in group)
    over = {name: n for name, n in times.items() if n > rules.max_per_group}
    # A full group may hold required genes only: no other gene may have joined it.
    joined = {group[g] for g in panel.genes if g in group and g not in required}
    yield _row(
        "group",
        f"at most {rules.max_per_group} of each of {len(set(group.values()))} groups",
        f"at most {max(times.values(), default=0)}",
        _named("more are required", [f"{g} {n}" for g, n in over.items() if g not in joined]),
        _named("too many", [f"{g} {n}" for g, n in over.items() if g in joined]),
        met=not joined & set(over),
    )


def _expression_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    bounds = rules.bounds(data.genes)
    if not bounds:
        return
    level = dict(zip(data.genes, data.mean.tolist(), strict=True))
    outside = [g for g in panel.genes if g in bounds and not bounds[g].hold(level[g])]
    allowed = [f"{gene} {level[gene]:.3g}" for gene in outside if gene in required]
    wrong = [f"{gene} {level[gene]:.3g}" for gene in outside if gene not in required]
    yield _row(
        "expression",
        f"mean {_range(rules.expression)}"
        + (", own bounds for some" if set(bounds.values()) > {rules.expression} else ""),
        f"{len(outside)} outside",
        _named("required", allowed),
        _named("not required", wrong),
        met=not outside,
    )


def _budget_rows(data: ExpressionData, rules: GeneRules, panel: Panel) -> Iterator[Row]:
    if rules.budget is None:
        return
    cost = rules.column("cost", data.genes)
    spent = sum(cost.get(gene, 1.0) for gene in panel.genes)
    unknown = sum(gene not in cost for gene in panel.genes)
    yield _row(
        "budget",
        f"at most {rules.budget:g}",
        f"{spent:g}",
        f"{_genes(unknown)} without a cost, taken as 1" if unknown else "",
        met=spent <= rules.budget * (1 + 1e-9),
    )


def _row(constraint: str, wanted: object, got: object, *notes: str, met: bool) -> Row:
    return {
        "constraint": constraint,
        "wanted": str(wanted),
        "got": str(got),
        "met": "yes" if met else "no",
        "note": "; ".join(filter(None, notes)),
    }


def _genes(n: int) -> str:
    return f"{n} gene" if n == 1 else f"{n} genes"


def _range(bounds: Bounds) -> str:
    ends = [f"at least {bounds.low:g}"] if bounds.low is not None else []
    ends += [f"at most {bounds.high:g}"] if bounds.high is not None else []
    return " and ".join(ends) or "within each gene's own bounds"


def _terms(terms: Sequence[str], genes: Sequence[str]) -> str:
    """Return how many genes each family stands for, and which names are absent."""
    genes_of = matched(terms, genes)
    families = [f"{term} {len(genes_of[term])}" for term in terms if is_family(term)]
    absent = [term for term in terms if not is_family(term) and not genes_of[term]]
    notes = (_named("families", families), _named("not in the data", absent))
    return "; ".join(filter(None, notes))


def _named(what: str, names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
    return f"{what}: {', '.join(listed[:MAX_NAMED])}{more}" if listed else ""
