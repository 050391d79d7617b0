"""Judging any lists of genes on held-out cells, from Python."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import anndata as ad
import pandas as pd

from spinn.config.sections import judging_of
from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.explanation.contents import contents
from spinn.interface.arguments import NAME, configured, held_out, prepared
from spinn.interface.lists import GeneLists, Listed, Missing, as_paths, in_data, that_vary
from spinn.interface.progress import progress
from spinn.interface.quality import quality_table
from spinn.interface.threads import one_thread
from spinn.networks.training import choose_device
from spinn.panel import Panel, PanelPath
from spinn.preparation.features import genes_of
from spinn.records.scores import RunScores
from spinn.selectors.references import reference_panels
from spinn.settings import read_settings
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.grouping import grouped

_Job = tuple[str, int, Sequence[Panel]]  # key of a list or reference, seed, panels large to small


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
    gene_id: str | None = None,
    gene_symbol: str | None = None,
    missing: Missing = "drop",
    seeds: Sequence[int] = (0, 1),
    split: int = 0,
    config: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Judge lists of genes on cells that their choice has not seen.

    Networks of the same kind are trained on the genes of each list and judged on the same test
    cells: those that `spinn.select_genes` with ``hold_out=True`` does not use, given the same
    ``label``, ``donor``, ``split`` and ``config``. All lists of a call predict the same genes, the
    most variable ones and those that any list names: compare lists within a call. A plain list does
    not say which cells it was chosen from; one chosen from all of them gets values that are too
    good.

    Parameters
    ----------
    adata
        Cells by genes; not changed.
    panels
        Names to lists of genes, or to what `select_genes` returned. The others are compared with
        the first. A panel that is added to a base is judged with it; its slots are not looked for.
    label, donor, layer, values, task, targets, gene_id, gene_symbol, split
        As in `select_genes`. Lists name genes by name, id or symbol.
    missing
        What becomes of genes that the data lack: ``drop`` judges a list by the others, and a
        warning names them and what they may have meant; ``error`` raises. Genes that are rare or
        hardly vary are judged; constant ones say nothing, and are left out with a warning.
    seeds
        Of the refits.
    config
        Sections of the workflow's config; here preprocess, split, network, training, refit,
        evaluation and device count.

    Returns
    -------
    DataFrame
        One row per panel, size and metric, the task's headline metric first, then each cell type's
        recall, then what the panel holds: ``load_total`` (molecules per cell), its share of the
        heaviest three genes, ``types_with_two_markers``. panel; size (genes that the list names,
        or adds to a base); n_judged (those of them, and of the base, that are judged); metric;
        target (a cell type, or `all`); value with its 95 % interval low, high; diff, the panel
        minus the first one (of the same size where it has one, else its largest), paired, with
        diff_low, diff_high; n_seeds, n_blocks (units that the bootstrap draws) and split. Panel
        `floor`: random genes of the same expression, as many as are judged; `ceiling`: all genes.
        Intervals are NaN where a metric is no sum over cells and there is one seed, and where it
        says what a panel holds. docs/formats.md says which way each metric is better.

    Raises
    ------
    KeyError
        If a layer or column is absent, all genes of a list are, or one with ``missing="error"``.
    ValueError
        If there is no panel, no gene of one varies, one was chosen from all cells or with others
        held out, or as in `select_genes`.
    """
    if isinstance(seeds, int):
        raise TypeError(f"seeds must be a list of whole numbers, got {seeds}; write [{seeds}]")
    given = {"layer": layer, "values": values, "label": label, "donor": donor, "targets": targets}
    given |= {"gene_id": gene_id, "gene_symbol": gene_symbol}
    # The config's genes constrain selection only: given lists are judged as they are.
    fixed = {"genes": {}, "selectors": ["greedy"], "panel_sizes": [1], "seeds": list(seeds)}
    cells, whole = configured(adata, config, task=task, cells=given, **fixed)
    (task,) = whole["tasks"]
    paths = as_paths(panels)
    _check_not_from_all(paths)
    known, _ = genes_of(cells, layer, gene_id=gene_id, gene_symbol=gene_symbol)
    lists = in_data(paths, known, missing=missing)
    named = list(dict.fromkeys(gene for one in lists for gene in one.panel.genes))
    with one_thread():
        data = prepared(cells, whole, split=split, kept=named)
        _check_held_out(paths, held_out(data))
        lists = that_vary(lists, data)
        jobs = [*_references(data, lists, whole, task)]
        jobs += [
            (key, seed, sorted((one.panel for one in members), key=lambda panel: -panel.size))
            for key, members in grouped(lists, "key").items()
            for seed in whole["seeds"]
        ]
        runs, scores = _judged(data, jobs, whole, task=task, split=split)
        n_draws = whole["evaluation"]["bootstrap"]
        (draws,) = bootstrap(runs, pd.DataFrame(scores), n_bootstrap=n_draws, seed=0)
        places = [((key, panel.size), panel) for key, _, panels_of in jobs for panel in panels_of]
        held = contents(data, places)
        table = quality_table(lists, draws, runs, held, n_bootstrap=n_draws)
    return table.assign(split=split)


def _check_not_from_all(paths: Mapping[str, PanelPath]) -> None:
    if whole := [name for name, path in paths.items() if path.about.get("cells") == "all"]:
        raise ValueError(
            f"panels: {', '.join(map(repr, whole[:5]))}: chosen from all cells, so that none is "
            "left to judge by; judge one chosen with hold_out=True (spinn select --hold-out). For "
            "cells that had no part in choosing give the genes alone, as a list or a text"
        )


def _check_held_out(paths: Mapping[str, PanelPath], here: str) -> None:
    others = [name for name, p in paths.items() if p.about.get("held_out", here) != here]
    if others:
        raise ValueError(
            f"panels: {', '.join(map(repr, others[:5]))}: chosen with other cells held out, so "
            "that some test cells had a part in choosing; give the same label, donor, split and "
            "config as to select_genes or `spinn select`"
        )


def _references(
    data: ExpressionData, lists: Sequence[Listed], config: Mapping[str, Any], task: str
) -> Iterator[_Job]:
    sizes = sorted({one.panel.size for one in lists})
    runs = [("floor", draw) for draw in range(config["evaluation"]["floor_panels"])]
    runs += [("ceiling", seed) for seed in config["seeds"]]
    for (name, seed), of_run in reference_panels(data, task, sizes, runs).items():
        yield name, seed, of_run


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
