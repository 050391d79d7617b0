"""The evaluating rule: selectors' panels, judged on the test cells."""

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spinn.data import ExpressionData, read_prepared
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.metrics.cell_scores import CellScores
from spinn.networks.training import choose_device
from spinn.panel import Panel, load_panels
from spinn.records.cells import write_cells
from spinn.settings import read_settings

log = logging.getLogger(__name__)
COLUMNS = ("dataset", "split", "task", "selector", "seed", "size", "target", "metric", "value")
Job = tuple[str, int, Sequence[Panel], str]  # selector, seed, panels, scores.csv


def evaluate_panels(
    prepared: str,
    panels: Mapping[tuple[str, int], str],
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Judge every (selector, seed); write scores.csv, and cells.npz beside it.

    Those of a selector that failed hold no numbers.
    """
    jobs = []
    for (selector, seed), output in outputs.items():
        path = load_panels(panels[selector, seed])
        if path.failed is None:
            jobs.append((selector, seed, path.panels, output))
        else:
            log.warning("no panels of %s, seed %d: %s", selector, seed, path.failed)
            _write(output, [], CellScores(sizes=np.array([]), block=np.array([])))
    if jobs:
        judge_jobs(read_prepared(prepared), jobs, about=about, config=config, threads=threads)


def judge_jobs(
    data: ExpressionData,
    jobs: Sequence[Job],
    *,
    about: Mapping[str, Any],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Judge panels, each job's in turn; write its scores.csv, and cells.npz beside it."""
    torch.set_num_threads(threads)
    device = choose_device(config["device"])
    judge = make_judge(data, about["task"], read_settings(config), device=device)
    for done, (selector, seed, panels, output) in enumerate(jobs, start=1):
        log.info("evaluation %d of %d: %s, seed %d", done, len(jobs), selector, seed)
        rows, cells = evaluate(judge, panels, seed=seed)
        named = {**about, "selector": selector, "seed": seed}
        _write(output, [{**named, **row, "value": f"{row['value']:.6g}"} for row in rows], cells)


def _write(scores: str, rows: Sequence[Mapping[str, Any]], cells: CellScores) -> None:
    folder = Path(scores).parent
    folder.mkdir(parents=True, exist_ok=True)
    with Path(scores).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_cells(folder / "cells.npz", cells)
