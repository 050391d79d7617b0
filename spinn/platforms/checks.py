"""Whether an order meets the rules of its platform, one by one."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from spinn.panel import SLOT
from spinn.platforms.answer import NO, UNKNOWN, YES, Answer, joined, named
from spinn.platforms.genes import OrderedGene
from spinn.platforms.load_checks import load_answer
from spinn.platforms.platform import Platform, Rule


class Check(NamedTuple):
    """One line of checks.csv; all is text, and ``met`` is yes, no or unknown."""

    rule: str
    value: str
    limit: str
    met: str
    note: str
    source: str
    mark: str


def checks(
    genes: Sequence[OrderedGene],
    platform: Platform,
    *,
    reference_gb: float | None = None,
    available: frozenset[str] | None = None,
    is_added: bool = False,
) -> list[Check]:
    """Return what each rule of a platform says of an order.

    A rule whose value is not known, or that concerns what spinn does not know, such as probes, is
    `unknown`, never met.

    Parameters
    ----------
    reference_gb
        Size of the reference that goes with the order; None without one.
    available
        Symbols and ids of genes that can be made; None where that list was not given.
    is_added
        Whether the order is added to a base panel; otherwise it may also be one of its own.
    """
    sizes = [rule for rule in platform.rules if rule.name.startswith("sizes.")]
    others = [rule for rule in platform.rules if rule not in sizes]
    listed = Rule("genes.available", "the list", "genes", "the vendor's list of genes", "", "read")
    return [
        _check("sizes", _size(genes, platform, is_added=is_added), sizes),
        *(_check(rule.name, _answer(rule, genes, reference_gb), [rule]) for rule in others),
        _check(listed.name, _available(_without_slots(genes), available), [listed]),
    ]


def _without_slots(genes: Sequence[OrderedGene]) -> list[OrderedGene]:
    """Return the genes without what only takes their room: it has no id and is on no list."""
    return [gene for gene in genes if gene.role != SLOT]


def _check(name: str, answer: Answer, rules: Sequence[Rule]) -> Check:
    notes = joined(answer.note, *(rule.note for rule in rules))
    sources = dict.fromkeys(", ".join(filter(None, (r.source, r.date))) for r in rules)
    marks = ", ".join(dict.fromkeys(rule.mark for rule in rules))
    return Check(name, answer.value, answer.limit, answer.met, notes, joined(*sources), marks)


def _answer(rule: Rule, genes: Sequence[OrderedGene], reference_gb: float | None) -> Answer:
    section, _, key = rule.name.partition(".")
    if rule.value is None:
        return Answer("", f"not known ({rule.unit})", UNKNOWN, "look it up")
    match section:
        case "load":
            return load_answer(key, rule, genes)
        case "genes":
            return _advised_against(rule.value, genes)
        case "submission":
            return _identified(rule.value, _without_slots(genes))
        case "reference":
            return _reference(rule, reference_gb)
    return Answer("", f"{rule.value} {rule.unit}", UNKNOWN, "a fact that spinn does not check")


def _size(genes: Sequence[OrderedGene], platform: Platform, *, is_added: bool) -> Answer:
    """Return whether the panel can stand alone or be added to another one."""
    alone, added = ("a panel of its own", "stand_alone"), ("an add-on", "add_on")
    ranges = {
        what: (platform.sizes.get(f"{key}_low", 1), platform.sizes.get(f"{key}_high", float("inf")))
        for what, key in ((added,) if is_added else (alone, added))
        if {f"{key}_low", f"{key}_high"} & set(platform.sizes)
    }
    value = f"{len(genes)} genes"
    if not ranges:
        return Answer(value, "not known", UNKNOWN, "look it up")
    fits = [what for what, (low, high) in ranges.items() if low <= len(genes) <= high]
    limit = ", ".join(f"{low} to {high:g} as {what}" for what, (low, high) in ranges.items())
    return Answer(value, limit, YES if fits else NO, f"as {' or '.join(fits)}" if fits else "")


def _available(genes: Sequence[OrderedGene], available: frozenset[str] | None) -> Answer:
    limit = "all genes on the vendor's list of those that can be made"
    if available is None:
        return Answer("", limit, UNKNOWN, "the list was not given (--available)")
    names = {gene.name: {gene.symbol, gene.id, gene.name} - {""} for gene in genes}
    absent = [gene.symbol or gene.name for gene in genes if not names[gene.name] & available]
    value = f"{len(genes) - len(absent)} of {len(genes)}"
    return Answer(value, limit, NO if absent else YES, named("not on it", absent))


def _advised_against(unwanted: Sequence[str], genes: Sequence[OrderedGene]) -> Answer:
    limit = f"none of {', '.join(unwanted)}"
    symbols = {symbol.casefold() for symbol in unwanted}
    present = [gene.symbol for gene in genes if gene.symbol.casefold() in symbols]
    n_unnamed = sum(not gene.symbol for gene in genes)
    note = f"no symbol of {n_unnamed} genes" if n_unnamed else ""
    met = NO if present else UNKNOWN if n_unnamed else YES
    return Answer(f"{len(present)} of them", limit, met, joined(named("in it", present), note))


def _identified(columns: dict[str, str], genes: Sequence[OrderedGene]) -> Answer:
    """Return whether each gene has what the columns take: a symbol, and an id of its own."""
    n_known = sum(bool(gene.id) for gene in genes)
    if "id" not in columns.values():
        return Answer(f"{len(genes)} genes", ", ".join(columns), YES)
    times = Counter(gene.id for gene in genes if gene.id)
    missing = [gene.symbol or gene.name for gene in genes if not gene.id]
    repeated = [gene_id for gene_id, n in times.items() if n > 1]
    return Answer(
        f"{n_known} of {len(genes)} with an Ensembl id",
        f"{', '.join(columns)}; an Ensembl id for each gene",
        NO if missing or repeated else YES,
        joined(named("without an id, left empty", missing), named("an id twice", repeated)),
    )


def _reference(rule: Rule, reference_gb: float | None) -> Answer:
    limit = f"at most {rule.value:g} {rule.unit}"
    if reference_gb is None:
        return Answer("", limit, UNKNOWN, "no reference was written (--bundle)")
    return Answer(f"{reference_gb:.2g} GB", limit, YES if reference_gb <= rule.value else NO)
