"""Whether the loads of an order's genes lie within a platform's limits.

A mean over all cells is at most the highest mean of a type: where no types are known, it can show
that a gene is above a limit of types, and not that it is below.
"""

from collections.abc import Sequence

from spinn.platforms.answer import NO, UNKNOWN, YES, Answer, joined, named, overall
from spinn.platforms.genes import OrderedGene
from spinn.platforms.heaviest import N_HEAVIEST, smallest_asked
from spinn.platforms.platform import UNIT, Rule

ALL_CELLS = "all"  # the type of a load where no types are known


def load_answer(key: str, rule: Rule, genes: Sequence[OrderedGene]) -> Answer:
    """Return whether the loads meet one limit, ``key`` being one of `genes.load`."""
    limit = f"{'at least' if _is_floor(key) else 'at most'} {rule.value:g} {rule.unit}"
    known = [gene for gene in genes if gene.load is not None and gene.load_unit == UNIT]
    if not known:
        units = sorted({gene.load_unit for gene in genes if gene.load is not None})
        reason = f"loads are in {units[0]}" if units else "no load is known"
        return Answer("", limit, UNKNOWN, f"{reason}; choose from counts with spinn select")
    if key == "max_share_of_three":
        return _share(rule.value, limit, known, n_genes=len(genes))
    if key == "max_total_per_type":
        return _total(rule.value, limit, known, n_genes=len(genes))
    verdict = {gene.name: _verdict(key, rule.value, gene) for gene in genes}
    ordered = sorted(known, key=lambda gene: _load(key, gene), reverse=not _is_floor(key))
    beyond = "below it" if _is_floor(key) else "above it"
    notes = [
        named(text, [_shown(key, gene) for gene in ordered if verdict[gene.name] == met])
        for met, text in ((NO, beyond), (UNKNOWN, "not known without cell types"))
    ]
    absent = _without_load(len(genes) - len(known))
    return Answer(_shown(key, ordered[0]), limit, overall(verdict.values()), joined(*notes, absent))


def _share(highest: float, limit: str, known: Sequence[OrderedGene], *, n_genes: int) -> Answer:
    """Return whether three genes carry no more than a share of the panel's molecules."""
    if n_genes < (smallest := smallest_asked(highest)):
        return Answer("", limit, YES, f"asked of panels of at least {smallest:g} genes")
    heaviest = sorted(known, key=lambda gene: -(gene.load or 0.0))[:N_HEAVIEST]
    total = sum(gene.load or 0.0 for gene in known)
    share = sum(gene.load or 0.0 for gene in heaviest) / total if total else 0.0
    value = f"{share:.2g} ({', '.join(gene.symbol or gene.name for gene in heaviest)})"
    met = UNKNOWN if len(known) < n_genes else YES if share <= highest else NO
    return Answer(value, limit, met, _without_load(n_genes - len(known)))


def _total(highest: float, limit: str, known: Sequence[OrderedGene], *, n_genes: int) -> Answer:
    """Return whether the panel's molecules in any one type lie within a limit.

    Of each gene only its highest type is known: those that share one give the least total of that
    type, all genes together the most of any.
    """
    highest_of = [(gene.load_type, _load("max_per_type", gene)) for gene in known]
    least = {kind: sum(n for t, n in highest_of if t == kind) for kind, _ in highest_of}
    kind, total = max(least.items(), key=lambda pair: pair[1])
    most = sum(least.values())
    if total > highest:
        met = NO
    elif most <= highest and len(known) == n_genes and kind != ALL_CELLS:
        met = YES
    else:
        met = UNKNOWN
    absent = _without_load(n_genes - len(known))
    return Answer(f"{total:.4g} to {most:.4g} ({kind})", limit, met, absent)


def _verdict(key: str, limit: float, gene: OrderedGene) -> str:
    if gene.load is None or gene.load_unit != UNIT:
        return UNKNOWN
    load = _load(key, gene)
    types_are_known = gene.load_type != ALL_CELLS or key == "max_per_gene"
    if _is_floor(key):
        return YES if load >= limit else NO if types_are_known else UNKNOWN
    return NO if load > limit else YES if types_are_known else UNKNOWN


def _load(key: str, gene: OrderedGene) -> float:
    """Return the load that a limit speaks of: of all cells, or of the type where it is highest."""
    load = gene.load if key == "max_per_gene" or gene.load_max is None else gene.load_max
    return load or 0.0


def _shown(key: str, gene: OrderedGene) -> str:
    where = "" if key == "max_per_gene" else f" in {gene.load_type}"
    return f"{gene.symbol or gene.name} {_load(key, gene):.3g}{where}"


def _without_load(n: int) -> str:
    return f"no load of {n} gene{'s' * (n > 1)}" if n else ""


def _is_floor(key: str) -> bool:
    return key.startswith("min")
