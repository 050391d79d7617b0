"""Choosing genes from Python: the workflow's steps on an AnnData in memory."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np

from spinn.config.sections import selection_of
from spinn.constraints.files import read_rules
from spinn.data import ExpressionData
from spinn.interface.arguments import (
    NAME,
    checked,
    data_set,
    held_out,
    in_memory,
    prepared,
    task_of,
    terms,
)
from spinn.interface.progress import progress
from spinn.interface.threads import one_thread
from spinn.networks.training import base_model, choose_device, open_problem
from spinn.panel import PanelPath
from spinn.records.documents import Chosen, documented
from spinn.runtime.costs import measured
from spinn.selectors.baselines.all_baselines import choose_baseline
from spinn.selectors.constrained import constraints_of
from spinn.selectors.elimination import choose_with_network
from spinn.selectors.peers.trained import PEERS, choose_with_peer, peer_problem
from spinn.selectors.recommended import recommend
from spinn.selectors.registry import SELECTORS
from spinn.settings import read_settings


def select_genes(  # noqa: PLR0913 - what a user may say of cells and panels
    adata: ad.AnnData,
    n_genes: int | Sequence[int] = 64,
    *,
    label: str | None = None,
    donor: str | None = None,
    selector: str = "recommended",
    required: Sequence[str] | str | Path = (),
    excluded: Sequence[str] | str | Path = (),
    layer: str | None = None,
    values: str | None = None,
    task: str | None = None,
    targets: Sequence[str] | str = (),
    seed: int = 0,
    split: int = 0,
    config: Mapping[str, Any] | None = None,
) -> PanelPath:
    """Choose the genes that tell most about all the others, or about cell types.

    The panels are those of the workflow with the same settings. As there, a tenth of the cells
    decides when training stops and a fifth is never looked at (of the donors, where they are
    known), so that `spinn.evaluate_panels` can judge the panels honestly on that fifth: give it
    the same ``label``, ``donor``, ``split`` and ``config``.

    Parameters
    ----------
    adata
        Cells by genes, counts or log-normalised; sparse, dense, a view or backed. Not changed.
    n_genes
        Size of the panel, or several sizes.
    label
        obs column of cell types. With one, panels are for telling types apart, see ``task``.
    donor
        obs column; whole donors are then held out.
    selector
        What chooses: `recommended`, or any other of the README but those of other packages.
    required, excluded
        Genes of every panel, and of none: names, ``prefix:MT-``, ``regex:^LOC[0-9]+``, or the path
        of a file of them.
    layer
        None for X, `raw`, or a layer's name.
    values
        `counts` or `lognorm`; None: counts where all are whole numbers. Checked in any case.
    task
        `reconstruction`, `classification`, `regression` or `hurdle`; None: classification with a
        label, reconstruction without.
    targets
        For regression: numeric obs columns, or ``obsm/NAME``.
    seed
        Of the selector.
    split
        Which of the possible choices of held-out cells.
    config
        Sections of the workflow's config, as in its YAML: preprocess, split, genes, network,
        noise, training, rfe, refit, device.

    Returns
    -------
    PanelPath
        ``genes``, best first; ``of_size(k)`` where several sizes were asked for; ``table()``,
        ``annotate(adata)`` and ``save(path)``. ``about`` holds settings and versions.

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
    cells, task = in_memory(adata), task_of(label, task, targets)
    sizes = np.atleast_1d(n_genes).tolist()
    given = {"layer": layer, "values": values, "label": label, "donor": donor, "targets": targets}
    whole = checked(
        config,
        datasets={NAME: data_set(cells, **given)},
        tasks=[task],
        selectors=[selector],
        panel_sizes=sizes,
        seeds=[seed],
        required=terms("required", required),
        excluded=terms("excluded", excluded),
    )
    if SELECTORS[selector].external:
        raise ValueError(
            f"selector: {selector!r} runs in an environment of its own; use the workflow"
        )
    with one_thread(), progress():
        data = prepared(
            cells, whole, split=split, rules=read_rules(whole["genes"]), sizes=whole["panel_sizes"]
        )
        seen = data.of("train", "valid")
        found = _chosen(seen, whole, selector, task=task, seed=seed)
        about = {
            "dataset": NAME,
            "split": int(split),
            "task": task,
            "selector": selector,
            "seed": seed,
            "data": seen.identity(),
            "held_out": held_out(data),
        }
        return documented(
            found.path,
            about,
            config={**selection_of(whole, selector), **found.besides},
            cost=found.cost,
            threads=1,
            device=found.device,
        )


def _chosen(
    data: ExpressionData, config: Mapping[str, Any], selector: str, *, task: str, seed: int
) -> Chosen:
    """Return a selector's panels, by the functions that the workflow's rules call."""
    wanted: dict[str, Any] = {
        "sizes": config["panel_sizes"],
        "seed": seed,
        "constraints": constraints_of(config["genes"], data),
    }
    parts = selection_of(config, selector)
    if not SELECTORS[selector].needs_torch:
        return Chosen(*measured(partial(choose_baseline, data, selector, task=task, **wanted)))
    settings, device = read_settings(parts), choose_device(parts["device"])
    if selector in PEERS:
        problem = peer_problem(data, selector, task, settings, device=device)
        path, cost = measured(partial(choose_with_peer, problem, selector, settings, **wanted))
        return Chosen(path, cost, str(device), {"noise": problem.encoder.noise})
    problem = open_problem(data, task, settings, device=parts["device"], threads=1)
    if selector == "recommended":
        best, cost = measured(partial(recommend, problem, data, settings, task=task, **wanted))
        return Chosen(best.path, cost, str(device), best.besides(problem))
    gate = str(SELECTORS[selector].gate)
    base, own = measured(partial(base_model, problem, gate, settings, seed=seed))
    choose = partial(choose_with_network, problem, base.network, selector, settings, **wanted)
    path, cost = measured(choose)
    return Chosen(path, own + cost, str(device), {"noise": problem.encoder.noise})
