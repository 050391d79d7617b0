"""README.txt of an order: what was chosen, how, and what is uncertain; on one page."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from spinn.panel import SLOT, PanelPath
from spinn.platforms.answer import NO, UNKNOWN, YES, named
from spinn.platforms.checks import Check
from spinn.platforms.genes import OrderedGene
from spinn.platforms.platform import Platform

WIDTH = 80
MAX_RULES = 8  # that are not met and named one by one
FACT = "facts."  # begins the names of rules that spinn cannot check
_FILES = {
    "submission.csv": "what the vendor takes, by priority",
    "panel.csv": "every gene: id, symbol, priority, role, types, load (mean per cell), substitutes",
    "checks.csv": "every rule of the platform: what the panel has, whether the rule is met, and "
    "where it is from",
    "reference": "cells for the vendor's own designer: whole counts as MEX, and their types",
}


def order_page(
    genes: Sequence[OrderedGene],
    path: PanelPath,
    platform: Platform | None,
    lines: Sequence[Check],
    *,
    files: Sequence[str],
    command: str,
) -> str:
    """Return the page as text; ``lines`` are the checks, none without a platform."""
    goal = f" for {platform.title}" if platform else ""
    title = f"A panel of {_count(len(genes), 'gene')}{goal}"
    parts = {
        "What was chosen": _chosen(genes, path, command),
        "Files": _files(files, platform),
        "Rules": _rules(lines, platform),
        "What is uncertain": _uncertain(genes, lines, path),
    }
    blocks = [f"{head}\n{'-' * len(head)}\n{_wrapped(items)}" for head, items in parts.items()]
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *blocks]) + "\n"


def _chosen(genes: Sequence[OrderedGene], path: PanelPath, command: str) -> Iterator[str]:
    about = path.about
    selector = path.explained(len(genes))[0].get("selector") or about.get("selector")
    from_all = about.get("cells") == "all"
    if "task" in about:
        cells = "all cells" if from_all else f"split {about.get('split')}"
        yield (
            f"By the selector {selector} for the task {about['task']} (data set "
            f"{about.get('dataset')}, {cells}, seed {about.get('seed')})."
        )
    else:
        yield f"By the selector {selector}." if selector else "By what, the list does not say."
    if "held_out" in about or ("task" in about and from_all):
        sizes = " ".join(f"--genes {size}" for size in path.sizes)
        held_out = "" if from_all else " --hold-out"
        yield (
            f"Chosen by: spinn select CELLS {sizes} --selector {selector} --task {about['task']} "
            f"--seed {about['seed']} --split {about['split']}{held_out}, and --label, --donor, "
            "--base, --slot, --platform and --config where they were given."
        )
    if data := about.get("data"):
        yield f"From {data['n_cells']:,} cells with {data['n_genes']:,} genes."
    if others := [str(size) for size in path.sizes if size != len(genes)]:
        yield f"Other sizes chosen in the same run: {', '.join(others)}."
    if base := path.of_size(len(genes)).base:
        yield (
            f"Added to {_count(len(base), 'base gene')} of the data, which are measured anyway: "
            "they are not submitted again, and rules on loads are checked without them."
        )
    if slots := [gene.name for gene in genes if gene.role == SLOT]:
        yield named(f"In the room of genes, and none of the data ({len(slots)})", slots)
    required = [g.symbol or g.name for g in genes if g.required and g.role != SLOT]
    yield named(f"Required ({len(required)})", required) or "No gene was required."
    excluded = about.get("settings", {}).get("genes", {}).get("excluded", ())
    if excluded:
        yield named(f"Excluded ({len(excluded)})", list(excluded))
    if "settings" in about:
        version = about.get("made_by", {}).get("versions", {}).get("spinn", "of unknown version")
        yield f"All settings stand in the panel's JSON under settings; made by spinn {version}."
    if command:
        yield f"Written by: {command}"


def _files(files: Sequence[str], platform: Platform | None) -> Iterator[str]:
    yield from (f"{name}: {text}" for name, text in _FILES.items() if name in files)
    if platform is not None and not platform.columns:
        yield "The columns that this vendor takes are not known: there is no file to submit."


def _rules(lines: Sequence[Check], platform: Platform | None) -> Iterator[str]:
    if platform is None:
        yield "No platform was named, so no rule was checked (spinn platforms lists them)."
        return
    rules = [line for line in lines if not line.rule.startswith(FACT)]
    met, unmet, unknown = ([line for line in rules if line.met == m] for m in (YES, NO, UNKNOWN))
    facts = f"; {_count(len(lines) - len(rules), 'fact')} to know stand in checks.csv as well"
    yield f"{len(met)} met, {len(unmet)} not met, {len(unknown)} not known{facts}."
    for line in unmet[:MAX_RULES]:
        yield f"Not met: {line.rule}: {line.value}, wanted: {line.limit}; {line.note}"
    if len(unmet) > MAX_RULES:
        yield f"and {len(unmet) - MAX_RULES} more that are not met."
    if unknown:
        yield f"Not known: {', '.join(line.rule for line in unknown)}."


def _uncertain(
    genes: Sequence[OrderedGene], lines: Sequence[Check], path: PanelPath
) -> Iterator[str]:
    hearsay = sum(line.mark != "read" for line in lines)
    if hearsay:
        yield (
            f"{hearsay} of {len(lines)} rules and facts were not read in the vendor's own text "
            "(column mark): compare them with it before ordering."
        )
    unknown = [gene.symbol or gene.name for gene in genes if not gene.id and gene.role != SLOT]
    if unknown:
        yield f"{named('No Ensembl id is known of', unknown)}."
    units = sorted({gene.load_unit for gene in genes if gene.load_unit})
    if units:
        yield (
            f"Loads are {units[0]}, means over the cells that the panel was chosen from: another "
            "tissue or a more sensitive assay gives others."
        )
    else:
        yield "Loads are not known: choose with spinn select, which measures them."
    yield "Whether probes can be made for each gene is for the vendor's designer to say."
    if path.about.get("cells") == "all":
        yield (
            "No cell was held out from this panel. How well panels chosen so predict is measured "
            "with panels of the same procedure that leave cells out: by the workflow's report, or "
            "by spinn select --hold-out and spinn evaluate."
        )
    else:
        yield "How well the panel predicts is for spinn evaluate to say, on cells that chose none."


def _wrapped(items: Iterable[str]) -> str:
    lines = [
        textwrap.wrap(item, WIDTH, initial_indent="- ", subsequent_indent="  ") for item in items
    ]
    return "\n".join(line for wrapped in lines for line in wrapped)


def _count(n: int, word: str) -> str:
    return f"{n} {word}{'s' * (n != 1)}"
