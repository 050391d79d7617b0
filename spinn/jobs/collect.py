"""The collecting rules: tables of a whole run, and recommended panels. No torch."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from spinn.constraints.audit import audit
from spinn.constraints.files import read_rules
from spinn.data import read_prepared
from spinn.explanation.reasons import COLUMNS, reasons
from spinn.explanation.substitutes import spares
from spinn.panel import load_panels
from spinn.preparation.moments import split_moments
from spinn.records.cells import read_cells
from spinn.records.tables import read_table
from spinn.stability.interchangeable import read_groups
from spinn.stability.stability import selected_panels, stability
from spinn.statistics.bootstrap import Run, bootstrap
from spinn.statistics.differences import differences
from spinn.statistics.normalised import normalised
from spinn.statistics.optimism import optimism
from spinn.statistics.outcomes import cost_table, failures, with_failed
from spinn.statistics.recalls import recalls
from spinn.statistics.smallest import smallest
from spinn.statistics.summary import summarize

PER_GENE = "r2_gene"  # one row per gene: too many for the table of the whole run


def collect_scores(
    scores: Sequence[str],
    cells: Sequence[str],
    outputs: Mapping[str, str],
    *,
    panels: Sequence[str],
    n_bootstrap: int,
    wanted_share: float,
) -> None:
    """Write the tables of a whole run.

    ``outputs`` names the files of `scores`, `costs`, and of the tables of intervals: `summary`,
    `differences`, `normalised`, `smallest` and `recall`. A selector that failed has no scores and
    stands in costs and summary.
    """
    tables = _read(scores, cells)
    everything = pd.concat(tables.values(), ignore_index=True)
    everything = everything[everything["metric"] != PER_GENE]
    everything.to_csv(outputs["scores"], index=False)
    costs = cost_table(load_panels(path).document() for path in panels)
    costs.to_csv(outputs["costs"], index=False)
    failed = failures(costs)
    runs = [_run(table.iloc[0], path) for path, table in tables.items()]
    runs = [run for run in runs if (run.dataset, run.task, run.selector) not in failed]
    names = zip(*(everything[name] for name in ("dataset", "task", "selector")), strict=True)
    whole = pd.Series([name not in failed for name in names], index=everything.index)
    overall = everything[whole & (everything["metric"] != "recall")]  # a type may be called "all"
    tasks = bootstrap(runs, overall, n_bootstrap=n_bootstrap, seed=0)
    with_failed(summarize(tasks), costs).to_csv(outputs["summary"], index=False)
    differences(tasks).to_csv(outputs["differences"], index=False)
    shares = normalised(tasks)
    shares.to_csv(outputs["normalised"], index=False)
    smallest(shares, wanted_share).to_csv(outputs["smallest"], index=False)
    recalls(runs, n_bootstrap=n_bootstrap, seed=0).to_csv(outputs["recall"], index=False)


def _read(scores: Sequence[str], cells: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return tables of scores by the file of cells beside each; those of failed runs are empty."""
    tables = {path: read_table(table) for table, path in zip(scores, cells, strict=True)}
    return {path: table for path, table in tables.items() if len(table)}


def _run(row: "pd.Series[Any]", cells: str) -> Run:
    place = str(row["dataset"]), int(row["split"]), str(row["task"]), str(row["selector"])
    return Run(*place, int(row["seed"]), read_cells(cells))


def collect_optimism(
    scores: Sequence[str], cells: Sequence[str], *, output: str, n_bootstrap: int
) -> None:
    """Write how much better panels look by random cells than by donors.

    A selector without panels in some split is left out.
    """
    runs = [_run(table.iloc[0], path) for path, table in _read(scores, cells).items()]
    splits = {run.split for run in runs}
    found: dict[tuple[str, str, str], set[int]] = {}
    for run in runs:
        found.setdefault((run.dataset, run.task, run.selector), set()).add(run.split)
    whole = [run for run in runs if found[run.dataset, run.task, run.selector] == splits]
    optimism(bootstrap(whole, n_bootstrap=n_bootstrap, seed=0)).to_csv(output, index=False)


def collect_stability(
    panels: Sequence[str], groups: Mapping[tuple[str, int], str], *, output: str
) -> None:
    """Write how far the panels of different seeds and splits agree.

    ``groups`` maps (dataset, split) to its interchangeable.csv.
    """
    documents = [load_panels(path).document() for path in panels]
    chosen = itertools.chain.from_iterable(selected_panels(document) for document in documents)
    same = {place: read_groups(path) for place, path in groups.items()}
    stability(chosen, same).to_csv(output, index=False)


def collect_frequencies(parts: Sequence[str], *, output: str) -> None:
    """Write the selection frequencies of one data set, split and task as one table."""
    everything = pd.concat([read_table(path) for path in parts], ignore_index=True)
    everything.to_csv(output, index=False)


def collect_robustness(tables: Sequence[str], *, output: str) -> None:
    """Write the recommended panels' quality under detection loss of a whole run."""
    pd.concat([read_table(path) for path in tables], ignore_index=True).to_csv(output, index=False)


def recommend(
    prepared: str,
    panels: Mapping[tuple[str, int], str],
    outputs: Mapping[int, str],
    *,
    audited: str,
    config: Mapping[str, Any],
) -> None:
    """Write the recommended panel of each size, gene by gene, and their audit.

    It is the panel of the first run that did not fail; ``panels`` maps (selector, seed) to
    panels.json, in the config's order, ``outputs`` maps sizes to CSV files, ``audited`` is the
    audit's; ``config`` has the section ``genes`` and the ``task``. Where all runs failed, the
    panels' files have no row.
    """
    data = read_prepared(prepared, parts=("train", "valid"))
    paths = {key: load_panels(path) for key, path in panels.items()}
    paths = {key: path for key, path in paths.items() if path.failed is None}
    own = next(iter(paths), None)
    chosen = {} if own is None else {size: paths[own].of_size(size) for size in outputs}
    rules = read_rules(config["genes"])
    audit(data, rules, chosen).to_csv(audited, index=False)
    constraints = rules.resolve(data.genes, data.mean)
    found = split_moments(data.of("train"), config["task"])
    for size, output in outputs.items():
        if own is None:
            pd.DataFrame(columns=COLUMNS).to_csv(output, index=False)
            continue
        others = [p.of_size(size) for key, p in paths.items() if key != own and key[0] != "random"]
        why = reasons(data, chosen[size], others, selector=own[0], seed=own[1])
        table = pd.concat([why, spares(data, chosen[size], found, constraints)], axis=1)
        table.to_csv(output, index=False, float_format="%.4g")
