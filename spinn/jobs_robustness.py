"""The rule that judges recommended panels under detection loss."""

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from spinn.data import read_prepared
from spinn.evaluation import make_judge
from spinn.panel import load_panels
from spinn.resampling import Resampling
from spinn.robustness import robustness
from spinn.settings import read_settings
from spinn.training import choose_device

log = logging.getLogger(__name__)
PLACE = ("dataset", "split", "task", "selector")
COLUMNS = (*PLACE, "size", "inputs", "efficiency", "metric", "value", "low", "high", "n_seeds")
ROUNDED = ("value", "low", "high")


def evaluate_robustness(
    prepared: str,
    panels: str,
    output: str,
    *,
    seeds: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Judge the panels of one panels.json under detection loss; write a tidy table.

    Without counts nothing can be lost molecule by molecule: the table has no rows then.
    """
    torch.set_num_threads(threads)
    data, path = read_prepared(prepared), load_panels(panels)
    place = {name: path.about[name] for name in PLACE}
    rows: list[dict[str, Any]] = []
    if data.has_counts:
        evaluation = config["evaluation"]
        judge = make_judge(
            data,
            place["task"],
            read_settings(config),
            device=choose_device(config["device"]),
            headline_only=True,
        )
        rows = robustness(
            judge,
            path.panels,
            efficiencies=evaluation["robustness"],
            seeds=seeds,
            random=Resampling(f"0/{place['dataset']}/{place['task']}", evaluation["bootstrap"]),
            split=place["split"],
        )
    else:
        log.warning("no counts in these data: detection loss cannot be simulated")
    with Path(output).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({**place, **row, **{name: f"{row[name]:.6g}" for name in ROUNDED}})
