"""Choosing genes from Python: the workflow's steps on an AnnData in memory."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np

from spinn.config.sections import selection_of
from spinn.constraints.files import read_rules
from spinn.constraints.measured import constraints_of
from spinn.data import ExpressionData
from spinn.explanation.explain import as_rows, explain_panels
from spinn.interface.arguments import NAME, configured, held_out, prepared
from spinn.interface.progress import progress
from spinn.interface.threads import one_thread
from spinn.panel import Panel, PanelPath
from spinn.platforms.reader import largest_load
from spinn.preparation.moments import kept_moments
from spinn.profiles.crowding import warnings_of
from spinn.profiles.loads import loads
from spinn.records.documents import documented
from spinn.selectors.choose import choose_each, open_cells
from spinn.selectors.registry import SELECTORS
from spinn.selectors.run import Run
from spinn.settings import read_settings

log = logging.getLogger(__name__)


def select_genes(  # noqa: PLR0913 - what a user may say of cells and panels
    adata: ad.AnnData,
    n_genes: int | Sequence[int] = 64,
    *,
    label: str | None = None,
    donor: str | None = None,
    selector: str = "recommended",
    goal: str | None = None,
    required: Sequence[str] | str | Path = (),
    excluded: Sequence[str] | str | Path = (),
    layer: str | None = None,
    values: str | None = None,
    task: str | None = None,
    targets: Sequence[str] | str = (),
    gene_id: str | None = None,
    gene_symbol: str | None = None,
    seed: int = 0,
    split: int = 0,
    hold_out: bool = False,
    platform: str | Path | None = None,
    base: Sequence[str] | str | Path | None = None,
    slots: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
) -> PanelPath:
    """Choose the genes that best predict all the others, or cell types.

    The panels are those of the workflow with the same settings, chosen from all cells; a tenth
    of them (of the donors, where they are known) decides when training stops. No cell is left that
    could judge such a panel. With ``hold_out`` a fifth of the cells is never used, so that
    `spinn.evaluate_panels`, given the same ``label``, ``donor``, ``split`` and ``config``, can
    judge there how well panels that are chosen like this predict.

    Parameters
    ----------
    adata
        Cells by genes, counts or log-normalised; sparse, dense, a view or backed. Not changed.
    n_genes
        Size of the panel, or several sizes.
    label
        obs column of cell types. With one, panels are for types and for all genes, see ``goal``.
    donor
        obs column; whole donors are then held out, or decide when training stops.
    selector
        What chooses: `recommended`, or any other of the README but those of other packages.
    goal
        What the panels of `recommended` are for: `genes`, `types` or `both`; None: both with a
        label, genes without. ``about["settings"]`` says what `both` costs either goal.
    required, excluded
        Genes of every panel, and of none: names, ids, symbols, ``prefix:MT-``,
        ``regex:^LOC[0-9]+``, ``family:ribosomal``, or the path of a file of them.
    layer
        None for X, `raw`, or a layer's name.
    values
        `counts` or `lognorm`; None: counts where all are whole numbers. Checked in any case.
    task
        What panels are judged by, and what selectors without a goal choose for: `reconstruction`,
        `classification`, `regression` or `hurdle`; None: classification with a label,
        reconstruction without or for the goal `genes`.
    targets
        For regression: numeric obs columns, or ``obsm/NAME``.
    gene_id, gene_symbol
        var columns of Ensembl ids and of symbols; None: those that the var names are.
    seed
        Of the selector.
    split
        Which of the possible choices of the cells that are held out or decide when training stops.
    hold_out
        Whether some cells (``config["split"]["test"]``, a fifth) are left to judge the panels.
    platform
        What the panel is for: a name that `spinn platforms` lists, or the path of a ``.yaml``. Its
        limits of molecules hold, and genes that it advises against are excluded.
    base
        Genes that are measured anyway, or the path of a file of them, such as a vendor's panel:
        ``n_genes`` are added to them.
    slots
        Names of what takes the room of a gene and is none of the data: a transgene, a guide.
    config
        Sections of the workflow's config, as in its YAML: preprocess, split, genes (limits of
        molecules, markers of each type...), network, noise, training, rfe, refit, device.

    Returns
    -------
    PanelPath
        ``genes``, best first; ``of_size(k)`` where several sizes were requested; ``table()``,
        ``annotate(adata)`` and ``save(path)``. The table says why each gene is there, its role,
        substitutes and load; ``about`` holds settings and versions.

    Raises
    ------
    KeyError
        If a layer, column or required gene is absent.
    TypeError
        If ``adata`` is no AnnData.
    ValueError
        If the matrix is not what was declared or a setting is wrong; the message says what to do.

    Examples
    --------
    >>> import scanpy as sc
    >>> import spinn
    >>> adata = sc.datasets.pbmc68k_reduced()
    >>> panel = spinn.select_genes(adata, 3, label="bulk_labels", layer="raw", selector="markers")
    >>> len(panel.genes)
    3
    """
    given = {"layer": layer, "values": values, "label": label, "donor": donor, "targets": targets}
    given |= {"gene_id": gene_id, "gene_symbol": gene_symbol}
    cells, whole = configured(
        adata,
        config,
        task=task,
        cells=given,
        selectors=[selector],
        **({} if goal is None else {"goal": goal}),
        panel_sizes=np.atleast_1d(n_genes).tolist(),
        seeds=[seed],
        **({} if platform is None else {"platform": str(platform)}),
        base=() if base is None else base,
        slots=slots,
        required=required,
        excluded=excluded,
    )
    if SELECTORS[selector].kind == "package":
        raise ValueError(
            f"selector: {selector!r} runs in an environment of its own; use the workflow"
        )
    (task,), settings = whole["tasks"], selection_of(whole, selector)
    with one_thread(), progress():
        rules = read_rules(whole["genes"])
        sizes = whole["panel_sizes"]
        data = prepared(cells, whole, split=split, hold_out=hold_out, rules=rules, sizes=sizes)
        seen = data.of("train", "valid")
        opened = open_cells(selector, seen, task, read_settings(settings), device=whole["device"])
        # Choosing needs them and explaining again; of large data they take most of its time.
        opened = replace(opened, moments=kept_moments(seen.of("train"), task))
        run = Run(selector, sizes, seed, constraints_of(whole["genes"], seen))
        (choice,) = choose_each([(task, run)], lambda _: opened)
    for warning in _warnings(seen, choice.path.panels[0]):
        log.warning("%d genes: %s", choice.path.panels[0].size, warning)
    chosen_from = {} if hold_out else {"cells": "all"}
    keys = {
        "dataset": NAME,
        "split": int(split),
        "task": task,
        "selector": selector,
        "seed": seed,
        "data": seen.identity(),
        **chosen_from,
        **({"held_out": held_out(data)} if hold_out else {}),
    }
    path = documented(choice, keys, config=settings, threads=1)
    with one_thread():
        paths = [] if path.failed else [path]
        tables = explain_panels(
            seen, paths, path.sizes, run.constraints, task=task, moments_of=opened.moments
        )
        explained = as_rows(table.assign(**chosen_from) for table in tables)
    return replace(path, about={**path.about, "explained": explained})


def _warnings(data: ExpressionData, panel: Panel) -> list[str]:
    """Return in which ways a panel would crowd any platform."""
    inside = data.positions(panel.measured)
    return warnings_of(loads(data), data.genes, inside, extreme=largest_load())
