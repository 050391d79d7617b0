"""The rule that judges recommended panels under detection loss."""

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from spinn.data import read_prepared
from spinn.evaluation.judge import make_judge
from spinn.evaluation.robustness import robustness
from spinn.networks.training import choose_device
from spinn.panel import Panel
from spinn.settings import read_settings
from spinn.statistics.resampling import Resampling

log = logging.getLogger(__name__)
COLUMNS = (
    *("dataset", "split", "task", "selector", "size", "inputs", "efficiency", "metric"),
    *("value", "low", "high", "n_seeds"),
)
ROUNDED = ("value", "low", "high")


def evaluate_robustness(
    prepared: str,
    panels: Sequence[str],
    output: str,
    *,
    about: Mapping[str, Any],
    seeds: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Judge recommended panels under detection loss; write a tidy table.

    ``panels`` are their panel_K.csv, ``about`` names the dataset, split and task. Without counts
    no molecule can be lost: the table has no rows then, nor where there is no panel.
    """
    torch.set_num_threads(threads)
    data, tables = read_prepared(prepared), [_rows(path) for path in panels]
    chosen = [Panel(tuple(row["gene"] for row in table)) for table in tables if table]
    place = {**about, "selector": next((table[0]["selector"] for table in tables if table), "")}
    rows: list[dict[str, Any]] = []
    if not data.has_counts:
        log.warning("no counts in these data: detection loss cannot be simulated")
    elif chosen:
        evaluation = config["evaluation"]
        judge = make_judge(
            data,
            about["task"],
            read_settings(config),
            device=choose_device(config["device"]),
            headline_only=True,
        )
        rows = robustness(
            judge,
            sorted(chosen, key=lambda panel: -panel.size),
            efficiencies=evaluation["robustness"],
            seeds=seeds,
            random=Resampling(f"0/{about['dataset']}/{about['task']}", evaluation["bootstrap"]),
            split=about["split"],
        )
    with Path(output).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({**place, **row, **{name: f"{row[name]:.6g}" for name in ROUNDED}})


def _rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
