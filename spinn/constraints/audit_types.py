"""The audit of what concerns cell types: molecules per cell, markers, and a platform's rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from spinn.arrays import Integers
from spinn.constraints.audit_rows import Row, audit_row, n_genes, named
from spinn.constraints.constraints import Constraints
from spinn.constraints.measured import beyond_limits
from spinn.constraints.rules import GeneRules
from spinn.panel import Panel
from spinn.platforms.heaviest import smallest_asked
from spinn.platforms.platform import Platform
from spinn.profiles.crowding import crowding, warnings_of
from spinn.profiles.loads import ALL_CELLS, Loads


def load_rows(
    loads: Loads, genes: Sequence[str], rules: GeneRules, panel: Panel, required: Sequence[str]
) -> Iterator[Row]:
    """Yield a row per limit of molecules per cell."""
    inside, limits = _positions(genes, panel), rules.load
    highest = loads.molecules.max(axis=0)
    bounds = (
        ("max_per_gene", limits.max_per_gene, "at most", loads.overall),
        ("max_per_type", limits.max_per_type, "at most", highest),
        ("min_in_some_type", limits.min_in_some_type, "at least", highest),
    )
    for name, limit, bound, amount in bounds:
        if limit is None:
            continue
        is_low = bound == "at least"
        beyond = inside[amount[inside] < limit if is_low else amount[inside] > limit]
        texts = {genes[i]: f"{genes[i]} {amount[i]:.3g}" for i in beyond}
        reasons = {"required": required, "measured anyway": panel.base}
        allowed = {gene for genes_of in reasons.values() for gene in genes_of}
        notes = [
            *(
                named(why, [texts[g] for g in genes_of if g in texts])
                for why, genes_of in reasons.items()
            ),
            named("not required", [text for gene, text in texts.items() if gene not in allowed]),
        ]
        worst = amount[inside].min() if is_low else amount[inside].max()
        where = "per cell" if name == "max_per_gene" else "per cell of some type"
        wanted = f"{bound} {limit:g} {loads.unit.replace(' per cell', '')} {where}"
        yield audit_row(f"load.{name}", wanted, f"{worst:.3g}", *notes, met=not texts)
    if (most_of_three := limits.max_share_of_three) is not None:
        share = crowding(loads, inside)[ALL_CELLS].share
        wanted = f"at most {most_of_three:.0%} of the molecules in three genes"
        is_small = len(inside) < smallest_asked(most_of_three)
        note = "asked of larger panels only" if is_small else ""
        met = "yes" if share <= most_of_three * (1 + 1e-9) else "partly" if is_small else "no"
        yield audit_row("load.max_share_of_three", wanted, f"{share:.0%}", note, met=met)
    if (total := limits.max_total_per_type) is not None:
        by_type = loads.molecules[:, inside].sum(axis=1)
        most = int(by_type.argmax())
        got, met = (
            f"{by_type[most]:.4g} in {loads.types[most]}",
            by_type[most] <= total * (1 + 1e-9),
        )
        wanted = f"at most {total:g} of all genes per cell of any type"
        yield audit_row("load.max_total_per_type", wanted, got, met=bool(met))


def crowding_rows(
    loads: Loads, genes: Sequence[str], panel: Panel, *, extreme: float
) -> Iterator[Row]:
    """Yield a row per way in which a panel would crowd any platform."""
    inside = _positions(genes, panel)
    share = crowding(loads, inside)[ALL_CELLS].share
    for sentence in warnings_of(loads, genes, inside, extreme=extreme):
        got = f"three genes have {share:.0%}"
        yield audit_row("crowding", "room for every molecule", got, sentence, met="warning")


def marker_rows(
    loads: Loads, genes: Sequence[str], rules: GeneRules, constraints: Constraints, panel: Panel
) -> Iterator[Row]:
    """Yield a row on markers where panels of this size must hold some."""
    rule, size = constraints.marker_rule, len(panel.measured)
    if not rule.sizes([size]):
        return
    held = {name: len(set(names) & set(panel.measured)) for name, names in rule.markers.items()}
    short = [name for name, n in held.items() if n < rule.per_type]
    is_beyond = beyond_limits(loads, rules.load)
    by_load = {gene for gene, beyond in zip(genes, is_beyond, strict=True) if beyond}
    excluded = set(constraints.excluded)
    reasons: dict[str, list[str]] = {}
    for name in short:
        markers = set(rule.markers[name])
        if len(markers) < rule.per_type:
            why = "no such gene in the data"
        elif len(markers - excluded) < rule.per_type:
            why = "beyond genes.load" if len(markers - by_load) < rule.per_type else "excluded"
        else:
            why = "no room next to other limits"
        reasons.setdefault(why, []).append(f"{name} {held[name]}")
    # Where other limits leave no room for markers at all, they were never asked of the panel.
    was_possible = constraints.modelled().limits(genes, [size]).wanted.any()
    is_wrong = was_possible and "no room next to other limits" in reasons
    wanted = f"at least {n_genes(rule.per_type)} of each of {len(held)} types"
    got = f"{len(held) - len(short)} types have them"
    notes = [named(why, names) for why, names in reasons.items()]
    met = ("no" if is_wrong else "partly") if short else "yes"
    yield audit_row("markers_per_type", wanted, got, *notes, met=met)


def platform_rows(
    platform: Platform, rules: GeneRules, panel: Panel, *, size: int
) -> Iterator[Row]:
    """Yield a row per rule of a platform on sizes and single genes, with its source."""
    kind, low = ("add_on", 1) if rules.base else ("stand_alone", None)
    low, high = platform.sizes.get(f"{kind}_low", low), platform.sizes.get(f"{kind}_high")
    if low is not None and high is not None:
        rule = platform.rule(f"sizes.{kind}_high")
        other = "" if rules.base else "; as an addition to a base panel others hold"
        note = f"{rule.source} ({rule.mark}){other}"
        what = "genes added to a base" if rules.base else "genes"
        wanted = f"{low} to {high} {what} for {platform.title}"
        met = "yes" if low <= size <= high else "warning"
        yield audit_row("platform.size", wanted, n_genes(panel.size), note, met=met)
    if platform.advised_against:
        avoided = replace(rules, advised_against=platform.advised_against).advised_in(panel.genes)
        present = [gene for gene in panel.genes if gene in avoided]
        rule = platform.rule("genes.advised_against")
        wanted = f"none of {n_genes(len(platform.advised_against))}"
        notes = named("in the panel", present), f"{rule.source} ({rule.mark})"
        yield audit_row(
            "platform.advised_against",
            wanted,
            f"{len(present)} of them",
            *notes,
            met="warning" if present else "yes",
        )


def _positions(genes: Sequence[str], panel: Panel) -> Integers:
    position = {gene: i for i, gene in enumerate(genes)}
    return np.array([position[gene] for gene in panel.measured], dtype=np.int64)
