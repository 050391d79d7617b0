"""What load, coverage of types and explanations add to the time of `recommended`."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp

from spinn.constraints.constraints import Constraints
from spinn.constraints.files import constraints_of
from spinn.constraints.rules import LoadLimits
from spinn.data import ExpressionData
from spinn.explanation.coverage import coverage
from spinn.explanation.explain import explain_panels
from spinn.explanation.load_table import load_table
from spinn.panel import PanelPath
from spinn.preparation.moments import MomentsOf, kept_moments, split_moments
from spinn.preparation.preprocess import expression_data, prepare
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.run import Run

N_CELLS, N_GENES, N_TYPES, SIZE = 10_000, 2_000, 10, 64
N_PROGRAMMES, PER_CELL = 20, 400  # programmes of genes; molecules of a cell
Result = TypeVar("Result")


def synthetic() -> ExpressionData:
    """Return prepared cells of Poisson molecules, of types and programmes, four in five empty."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(N_TYPES, size=N_CELLS)
    level = rng.normal(scale=1.5, size=N_GENES)
    of_type = rng.normal(size=(N_TYPES, N_GENES)) * (rng.random((N_TYPES, N_GENES)) < 0.1)
    loading = rng.normal(scale=0.2, size=(N_PROGRAMMES, N_GENES))
    rows = []
    for kind in np.array_split(kinds, 10):
        rate = np.exp(level + of_type[kind] + rng.normal(size=(len(kind), N_PROGRAMMES)) @ loading)
        scaled = rate * (PER_CELL / rate.sum(axis=1, keepdims=True))
        rows.append(sp.csr_matrix(rng.poisson(scaled).astype(np.float32)))
    names = [f"c{cell:05d}" for cell in range(N_CELLS)]
    obs = pd.DataFrame({"type": [f"t{kind}" for kind in kinds]}, index=names)
    var = pd.DataFrame(index=[f"g{gene:04d}" for gene in range(N_GENES)])
    made = prepare(
        ad.AnnData(sp.vstack(rows).tocsr(), obs=obs, var=var),
        dataset={"values": "counts", "label": "type"},
        preprocess={"min_cells": 1, "min_genes": 0, "target_sum": 1e4, "n_top_genes": None},
        split={"valid": 0.1, "test": 0.2},
    )
    return expression_data(made)


def measure() -> dict[str, dict[str, Any]]:
    """Return how many times longer choosing takes than what is added to it, by processor time.

    Once each: choosing takes minutes. The ratio 10 is a cost of 10 %. Panels are explained in the
    process that chose them, as from Python, and `alone`, as in the workflow.
    """
    data = synthetic()
    seen = data.of("train", "valid")
    results = {}
    for task in ("classification", "reconstruction"):
        rules, of_markers = _timed(partial(constraints_of, {}, seen))
        kept = kept_moments(seen.of("train"), task)
        cells = replace(open_cells("recommended", seen, task), moments=kept)
        run = Run("recommended", [SIZE], constraints=rules)
        choice, of_choice = _timed(partial(choose, cells, run))
        path = replace(choice.path, about={"selector": run.selector, "seed": run.seed})
        panels = {SIZE: path.largest}
        explain = partial(_explain, seen, path, rules, task)
        spent = {
            "markers": of_markers,
            "load": _timed(partial(load_table, seen, panels, LoadLimits()))[1],
            "coverage": _timed(partial(coverage, data, panels))[1],
            "explanation": _timed(partial(explain, kept))[1],
            "explanation_alone": _timed(partial(explain, split_moments))[1],
        }
        for name, seconds in spent.items():
            results[f"recommended_{task}_{name}"] = {
                **dict.fromkeys(("ratio", "low", "high"), of_choice / seconds),
                "ours_s": seconds,
                "other_s": of_choice,
                "same": 0.0,
                "setting": {"cells": N_CELLS, "genes": data.n_genes, "size": SIZE},
            }
    return results


def _explain(
    data: ExpressionData, path: PanelPath, rules: Constraints, task: str, moments_of: MomentsOf
) -> list[pd.DataFrame]:
    return list(explain_panels(data, [path], [SIZE], rules, task=task, moments_of=moments_of))


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    return call(), time.process_time() - start
