"""Whether panels meet their constraints, one by one, in words and numbers.

Each constraint is checked from scratch, with the rules, the training cells' means and the panel's
names, so that the audit shows any mistake of a selector or the wrapper around it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from spinn.constraints.rules import Bounds, GeneRules
from spinn.constraints.terms import is_family, union
from spinn.data import ExpressionData
from spinn.panel import Panel

COLUMNS = ("constraint", "wanted", "got", "met", "note", "size")
MAX_NAMED = 5  # genes or groups in a note
Row = dict[str, object]


def audit(data: ExpressionData, rules: GeneRules, panels: Mapping[int, Panel]) -> pd.DataFrame:
    """Return a row per panel, each of a wanted size, and constraint.

    Columns are ``constraint``; what was ``wanted`` and what the panel ``got``, as text; ``met``:
    yes or no; a ``note`` that names genes; the wanted ``size``. The size is always checked, other
    constraints where the rules have them. Of prepared cells, only the gene names and the training
    cells' means are used.
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
        got = f"{len(required) - len(missing)} of them"
        notes = _terms(rules, rules.required, data.genes), _named("missing", missing)
        yield _row("required", _genes(len(required)), got, *notes, met=not missing)
    if rules.excluded:
        banned = set(union(rules.matched(rules.excluded, data.genes))) - set(required)
        present = [gene for gene in panel.genes if gene in banned]
        wanted, got = f"none of {_genes(len(banned))}", f"{len(present)} of them"
        notes = _terms(rules, rules.excluded, data.genes), _named("in the panel", present)
        yield _row("excluded", wanted, got, *notes, met=not present)


def _group_rows(
    data: ExpressionData, rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    if not (group := rules.column("group", data.genes)):
        return
    times = Counter(group[gene] for gene in panel.genes if gene in group)
    over = {name: n for name, n in times.items() if n > rules.max_per_group}
    # A full group may hold required genes only: no other gene may have joined it.
    joined = {group[g] for g in panel.genes if g in group and g not in required}
    allowed = _named("more are required", [f"{g} {n}" for g, n in over.items() if g not in joined])
    wrong = _named("too many", [f"{g} {n}" for g, n in over.items() if g in joined])
    wanted = f"at most {rules.max_per_group} of each of {len(set(group.values()))} groups"
    got = f"at most {max(times.values(), default=0)}"
    yield _row("group", wanted, got, allowed, wrong, met=not joined & set(over))


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
    allowed = _named("required", [text for gene, text in outside.items() if gene in required])
    wrong = _named("not required", [text for g, text in outside.items() if g not in required])
    more = ", own bounds for some" if set(bounds.values()) > {rules.expression} else ""
    wanted, got = f"mean {_range(rules.expression)}{more}", f"{len(outside)} outside"
    yield _row("expression", wanted, got, allowed, wrong, met=not outside)


def _budget_rows(data: ExpressionData, rules: GeneRules, panel: Panel) -> Iterator[Row]:
    if rules.budget is None:
        return
    cost = rules.column("cost", data.genes)
    spent = sum(cost.get(gene, 1.0) for gene in panel.genes)
    unknown = sum(gene not in cost for gene in panel.genes)
    note = f"{_genes(unknown)} without a cost, taken as 1" if unknown else ""
    met = spent <= rules.budget * (1 + 1e-9)
    yield _row("budget", f"at most {rules.budget:g}", f"{spent:g}", note, met=met)


def _row(constraint: str, wanted: object, got: object, *notes: str, met: bool) -> Row:
    cells = constraint, str(wanted), str(got), "yes" if met else "no", _joined(*notes)
    return dict(zip(COLUMNS, cells, strict=False))


def _genes(n: int) -> str:
    return f"{n} gene" if n == 1 else f"{n} genes"


def _range(bounds: Bounds) -> str:
    ends = [f"at least {bounds.low:g}"] if bounds.low is not None else []
    ends += [f"at most {bounds.high:g}"] if bounds.high is not None else []
    return " and ".join(ends) or "within each gene's own bounds"


def _terms(rules: GeneRules, terms: Sequence[str], genes: Sequence[str]) -> str:
    """Return how many genes each family stands for, and which names are absent."""
    genes_of = rules.matched(terms, genes)
    families = [f"{term} {len(genes_of[term])}" for term in terms if is_family(term)]
    absent = [term for term in terms if not is_family(term) and not genes_of[term]]
    return _joined(_named("families", families), _named("not in the data", absent))


def _named(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{what}: {', '.join(names[:MAX_NAMED])}{more}" if names else ""


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))
