"""Judging any lists of genes on held-out cells, from Python."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import anndata as ad
import pandas as pd

from spinn.arrays import Floats
from spinn.config.sections import judging_of
from spinn.constraints.rules import GeneRules
from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.interface.arguments import NAME, configured, held_out, prepared
from spinn.interface.progress import progress
from spinn.interface.threads import one_thread
from spinn.networks.training import choose_device
from spinn.panel import Panel, PanelPath
from spinn.preparation.inputs import gene_names
from spinn.records.scores import RunScores
from spinn.selectors.references import reference_panels
from spinn.settings import read_settings
from spinn.statistics.bootstrap import TaskDraws, bootstrap
from spinn.statistics.tiers import REFERENCES, interval

GeneLists = Mapping[str, Sequence[str] | Panel | PanelPath]
_Job = tuple[str, int, Sequence[Panel]]  # name, seed, panels large to small
_COLUMNS = ("panel", "size", "metric", "value", "low", "high", "diff", "diff_low", "diff_high")


def evaluate_panels(  # noqa: PLR0913 - what a user may say of cells and panels
    adata: ad.AnnData,
    panels: GeneLists,
    *,
    label: str | None = None,
    donor: str | None = None,
    layer: str | None = None,
    values: str | None = None,
    task: str | None = None,
    targets: Sequence[str] | str = (),
    seeds: Sequence[int] = (0, 1),
    split: int = 0,
    config: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Judge lists of genes on cells that their choice has not seen.

    Networks of the same kind are trained on the genes of each list and judged on the same test
    cells: those that `spinn.select_genes` does not use, given the same ``label``, ``donor``,
    ``split`` and ``config``. A plain list does not say which cells it was chosen from; one chosen
    from all of them gets values that are too good.

    Parameters
    ----------
    adata
        Cells by genes; not changed.
    panels
        Names to lists of genes, or to what `select_genes` returned. The others are compared with
        the first.
    label, donor, layer, values, task, targets, split
        As in `select_genes`.
    seeds
        Of the refits.
    config
        Sections of the workflow's config; here preprocess, split, network, training, refit,
        evaluation and device count. The genes that are predicted are the variable ones and those of
        the panels.

    Returns
    -------
    DataFrame
        One row per panel, size and metric, the task's headline metric first. panel; size; metric;
        value with its 95 % interval low, high; diff, the panel minus the first one (of the same
        size where it has one, else its largest), paired, with diff_low, diff_high; n_seeds,
        n_blocks (units that the bootstrap draws) and split. Panel `floor`: random genes of the
        same expression; `ceiling`: all genes. Intervals are NaN where a metric is no sum over cells
        and there is one seed. docs/formats.md says which way each metric is better.

    Raises
    ------
    KeyError
        If a gene, layer or column is absent.
    ValueError
        If there is no panel, a panel was chosen with other cells held out, or as in
        `select_genes`.
    """
    if isinstance(seeds, int):
        raise TypeError(f"seeds must be a list of whole numbers, got {seeds}; write [{seeds}]")
    given = {"layer": layer, "values": values, "label": label, "donor": donor, "targets": targets}
    # The config's genes constrain selection only: given lists are judged as they are.
    fixed = {"genes": {}, "selectors": ["greedy"], "panel_sizes": [1], "seeds": list(seeds)}
    cells, whole = configured(adata, config, task=task, cells=given, **fixed)
    (task,) = whole["tasks"]
    paths = _paths(panels, gene_names(cells, layer).tolist())
    named = dict.fromkeys(gene for path in paths.values() for p in path.panels for gene in p.genes)
    rules = GeneRules(required=tuple(named))  # are kept, however little they vary
    with one_thread():
        data = prepared(cells, whole, split=split, rules=rules)
        _check_held_out(paths, held_out(data))
        jobs = [*_references(data, paths, whole, task)]
        jobs += [(name, k, path.panels) for name, path in paths.items() for k in whole["seeds"]]
        runs, scores = _judged(data, jobs, whole, task=task, split=split)
        n_draws = whole["evaluation"]["bootstrap"]
        (draws,) = bootstrap(runs, pd.DataFrame(scores), n_bootstrap=n_draws, seed=0)
    table = pd.DataFrame(_rows(draws, next(iter(paths)))).assign(split=split)
    counts = {"n_seeds": "Int64", "n_blocks": "Int64"}
    return table[[*_COLUMNS, *counts, "split"]].astype(counts)


def _paths(panels: GeneLists, genes: Sequence[str]) -> dict[str, PanelPath]:
    """Return every list as a path, checked against the genes of the data."""
    if not isinstance(panels, Mapping):
        raise TypeError(
            "panels must be lists of genes by name, such as {'mine': genes}, got "
            f"{type(panels).__name__}"
        )
    if not panels:
        raise ValueError("panels must name at least one list of genes, got none")
    known = set(genes)
    paths: dict[str, PanelPath] = {}
    for name, panel in panels.items():
        if not isinstance(name, str):
            raise TypeError(f"panels: a name must be text, got {name!r}")
        if name in REFERENCES:
            raise ValueError(f"panels: {name!r} is a reserved name; choose another for the list")
        if isinstance(panel, str):
            raise TypeError(f"panels: {name!r} must be a list of genes, got the text {panel!r}")
        try:
            one = panel if isinstance(panel, Panel | PanelPath) else Panel(tuple(map(str, panel)))
        except ValueError as error:
            raise ValueError(f"panels: {name!r}: {error}") from None
        paths[name] = PanelPath((one,), ()) if isinstance(one, Panel) else one
        largest = paths[name].genes
        if absent := [gene for gene in largest if gene not in known]:
            raise KeyError(
                f"panels: {len(absent)} of {len(largest)} genes of {name!r} absent from the data: "
                f"{', '.join(absent[:5])}; names must match the var names"
            )
    return paths


def _check_held_out(paths: Mapping[str, PanelPath], here: str) -> None:
    others = [name for name, p in paths.items() if p.about.get("held_out", here) != here]
    if others:
        raise ValueError(
            f"panels: {', '.join(map(repr, others[:5]))}: chosen with other cells held out, so "
            "that some test cells had a part in choosing; give the same label, donor, split and "
            "config as to select_genes or `spinn select`"
        )


def _references(
    data: ExpressionData, paths: Mapping[str, PanelPath], config: Mapping[str, Any], task: str
) -> Iterator[_Job]:
    sizes = sorted({panel.size for path in paths.values() for panel in path.panels})
    runs = [("floor", draw) for draw in range(config["evaluation"]["floor_panels"])]
    runs += [("ceiling", seed) for seed in config["seeds"]]
    for run, panels in reference_panels(data, task, sizes, runs).items():
        yield *run, panels


def _judged(
    data: ExpressionData, jobs: Sequence[_Job], config: Mapping[str, Any], *, task: str, split: int
) -> tuple[list[RunScores], list[dict[str, Any]]]:
    """Return the numbers per cell of each job, and the tidy rows of what is judged as a whole."""
    settings, device = read_settings(judging_of(config)), choose_device(config["device"])
    judge = make_judge(data, task, settings, device=device)
    runs, scores = [], []
    with progress(len(jobs), unit="run") as bar:
        for name, seed, panels in jobs:
            rows, cells = evaluate(judge, panels, seed=seed)
            runs.append(RunScores(NAME, split, task, name, seed, cells))
            about = {"dataset": NAME, "split": split, "task": task, "selector": name, "seed": seed}
            # A cell type may be called "all": recall belongs to types.
            overall = [r for r in rows if r["target"] == "all" and r["metric"] != "recall"]
            scores += [{**about, **row} for row in overall]
            bar.update()
    return runs, scores


def _rows(task: TaskDraws, first: str) -> Iterator[dict[str, Any]]:
    """Yield one row per metric, panel and size; draws of all sizes are paired."""
    by_metric: dict[str, dict[tuple[str, int], Floats]] = {}
    for (size, metric), draws_of in task.draws.items():
        for name, draws in draws_of.items():
            by_metric.setdefault(metric, {})[name, size] = draws
    order = [*(name for name in task.counts if name not in REFERENCES), *REFERENCES]
    for metric, draws_at in by_metric.items():
        of_first = {size: draws for (name, size), draws in draws_at.items() if name == first}
        for name, size in sorted(draws_at, key=lambda key: (order.index(key[0]), key[1])):
            draws = draws_at[name, size]
            row = {"panel": name, "size": size, "metric": metric, **_with_interval("", draws)}
            if name != first and of_first:
                other = of_first.get(size, of_first[max(of_first)])
                row |= _with_interval("diff", draws - other)
            n_seeds = task.counts[name]["n_seeds"]
            if (size, metric) not in task.judged and n_seeds == 1:
                row |= dict.fromkeys(("low", "high", "diff_low", "diff_high"), float("nan"))
            yield {**dict.fromkeys(_COLUMNS, float("nan")), **row, **task.counts[name]}


def _with_interval(name: str, draws: Floats) -> dict[str, float]:
    low, high = interval(draws)
    prefix = f"{name}_" if name else ""
    return {name or "value": float(draws[0]), f"{prefix}low": low, f"{prefix}high": high}
