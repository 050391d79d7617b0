"""The collecting rules: tables of a whole run, and recommended panels. No torch."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from spinn.audit import audit
from spinn.data import read_prepared
from spinn.gene_files import read_rules
from spinn.intervals import Run, read_cells, summarize
from spinn.moments import split_moments
from spinn.panel import load_panels
from spinn.reasons import reasons
from spinn.spares import spares
from spinn.stability import selected_panels, stability
from spinn.tables import read_table

PER_GENE = "r2_gene"  # one row per gene: too many for the table of the whole run


def collect_scores(
    scores: Sequence[str], cells: Sequence[str], *, output: str, summary: str, n_bootstrap: int
) -> None:
    """Write the tidy scores of a whole run, and the summary with intervals and tiers."""
    tables = [read_table(path) for path in scores]
    everything = pd.concat(tables, ignore_index=True)
    everything = everything[everything["metric"] != PER_GENE]
    everything.to_csv(output, index=False)
    runs = [_run(table.iloc[0], path) for table, path in zip(tables, cells, strict=True)]
    overall = everything[everything["metric"] != "recall"]  # a type may be called "all"
    summarize(runs, overall, n_bootstrap=n_bootstrap, seed=0).to_csv(summary, index=False)


def _run(row: "pd.Series[Any]", cells: str) -> Run:
    place = str(row["dataset"]), int(row["split"]), str(row["task"]), str(row["selector"])
    return Run(*place, int(row["seed"]), read_cells(cells))


def collect_stability(panels: Sequence[str], *, output: str) -> None:
    """Write how far the panels of different seeds and splits agree."""
    documents = [load_panels(path).document() for path in panels]
    chosen = itertools.chain.from_iterable(selected_panels(document) for document in documents)
    stability(chosen).to_csv(output, index=False)


def recommend(
    prepared: str,
    panels: Mapping[tuple[str, int], str],
    outputs: Mapping[int, str],
    *,
    audited: str,
    run: tuple[str, int],
    config: Mapping[str, Any],
) -> None:
    """Write the recommended panel of each size, gene by gene, and their audit.

    It is the panel of ``run``, a (selector, seed); ``panels`` maps those to panels.json,
    ``outputs`` maps sizes to CSV files, ``audited`` is the audit's; ``config`` has the section
    ``genes`` and the ``task``.
    """
    data = read_prepared(prepared, parts=("train", "valid"))
    paths = {key: load_panels(path) for key, path in panels.items()}
    chosen = {size: paths[run].of_size(size) for size in outputs}
    rules = read_rules(config["genes"])
    audit(data, rules, chosen).to_csv(audited, index=False)
    constraints = rules.resolve(data.genes, data.mean)
    found = split_moments(data.of("train"), config["task"])
    for size, output in outputs.items():
        others = [p.of_size(size) for key, p in paths.items() if key != run and key[0] != "random"]
        why = reasons(data, chosen[size], others, selector=run[0], seed=run[1])
        table = pd.concat([why, spares(data, chosen[size], found, constraints)], axis=1)
        table.to_csv(output, index=False, float_format="%.4g")
