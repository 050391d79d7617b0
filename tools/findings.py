"""Figure and tables of docs/findings.md from the results of `make paper`.

python -m tools.findings results/paper docs results/paper_donors
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION, HEADLINES, LABEL
from spinn.records.cells import read_cells
from spinn.records.scores import RunScores
from spinn.report.plots import quality_against_size, seed_agreement
from spinn.selectors.registry import RANKERS as RANKER_ENTRIES
from spinn.selectors.registry import STRATEGIES
from spinn.statistics.bootstrap import TaskDraws, bootstrap
from spinn.statistics.tiers import REFERENCES, interval

RANKERS = [f"{ranker}-{strategy}" for ranker in RANKER_ENTRIES for strategy in STRATEGIES]
FEW = 16  # genes at most of a small panel
DRAWS = 1000
ENDS = ("", "_low", "_high")


def main(results: str, docs: str, by_donors: str) -> None:
    """Write findings.svg and findings_tables.md to the folder of documents.

    ``by_donors`` are the results of config/paper_donors.yaml.
    """
    folder = Path(results)
    summary = pd.read_csv(folder / "summary.csv")
    headlines = summary[summary["metric"].isin(HEADLINES)]
    draw(headlines, pd.read_csv(folder / "stability.csv"), Path(docs) / "findings.svg")
    differences = pd.read_csv(folder / "differences.csv")
    texts = [
        "Written by `make paper`; [findings.md](findings.md) says what the tables show. One split\n"
        "of the cells (of the donors in onek1k); means over seeds with 95 % intervals over test\n"
        "cells and seeds. Times and memory are medians, of one shared machine.",
        "## First tier at each size\n\n" + table(leaders(headlines)),
        "## `recommended`: headline metric, and differences to the linear selectors\n\n"
        + table(recommended(headlines, differences)),
        "## The five rankers: panels of few genes, RFE against one step\n\n"
        + table(rankers(folder)),
        "## Agreement of panels between seeds (Nogueira)\n\n"
        + table(consistency(pd.read_csv(folder / "stability.csv"))),
        "## Time and memory of choosing\n\n" + table(costs(pd.read_csv(folder / "costs.csv"))),
        "## How much better panels score by cells than by donors\n\n"
        + table(optimism(pd.read_csv(Path(by_donors) / "optimism.csv"))),
    ]
    (Path(docs) / "findings_tables.md").write_text(
        "# Tables of the findings\n\n" + "\n\n".join(texts) + "\n", encoding="utf-8"
    )


def draw(headlines: pd.DataFrame, stability: pd.DataFrame, path: Path) -> None:
    """Draw the rankers' quality (above) and agreement between seeds (below)."""
    places = headlines[["dataset", "task"]].drop_duplicates()
    figure, axes = plt.subplots(
        2, len(places), figsize=(3.6 * len(places), 7), layout="constrained", squeeze=False
    )
    agreement = stability[(stability["measure"] == "nogueira") & is_ranker(stability)]
    wanted = headlines["selector"].isin([*RANKERS, "greedy", "greedy_split", *REFERENCES])
    for place, above, below in zip(places.to_dict("records"), *axes, strict=True):
        shown = at(headlines[wanted], **place)
        quality_against_size(shown, above)
        above.set(title=", ".join(place.values()), ylabel=LABEL[shown["metric"].iloc[0]])
        seed_agreement(at(agreement, **place), below)
        below.set(xlabel="genes", ylabel="agreement between seeds")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False
    )
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def is_ranker(table: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows are of the five rankers' selectors."""
    return table["selector"].isin(RANKERS)


def at(table: pd.DataFrame, **place: object) -> pd.DataFrame:
    """Return the rows whose columns have the values named."""
    for column, value in place.items():
        table = table[table[column] == value]
    return table


def leaders(headlines: pd.DataFrame) -> pd.DataFrame:
    """Return the selectors in tier 1 at each size, best first, and the best with its interval."""
    rows = []
    candidates = headlines[~headlines["selector"].isin(REFERENCES)]
    for (dataset, task, size), part in candidates.groupby(["dataset", "task", "size"], sort=False):
        first = part[part["tier"] == 1].sort_values(
            "mean", ascending=DIRECTION[part["metric"].iloc[0]] == "lower"
        )
        best = first.to_dict("records")[0]
        rows.append(
            {
                "cells": dataset,
                "task": task,
                "genes": size,
                "best": best["selector"],
                "value": with_interval(best["mean"], best["low"], best["high"]),
                "tier 1, best first": ", ".join(first["selector"]),
                "seeds": best["n_seeds"],
            }
        )
    return pd.DataFrame(rows)


def recommended(headlines: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Return `recommended` at each size: its tier, and its differences to the linear selectors."""
    recommended_rows = headlines[headlines["selector"] == "recommended"]
    rows = []
    for row in recommended_rows.to_dict("records"):
        place = {key: row[key] for key in ("dataset", "task", "size", "metric", "selector")}
        to_reference = {d["reference"]: d for d in at(differences, **place).to_dict("records")}
        rows.append(
            {
                "cells": row["dataset"],
                "task": row["task"],
                "genes": row["size"],
                "value": with_interval(row["mean"], row["low"], row["high"]),
                **{
                    f"minus {name}": with_interval(
                        *(to_reference[name][k] for k in ("diff", "low", "high"))
                    )
                    for name in ("greedy", "greedy_split")
                    if name in to_reference
                },
                "tier": int(row["tier"]),
                "seeds": row["n_seeds"],
            }
        )
    return pd.DataFrame(rows)


def rankers(folder: Path) -> pd.DataFrame:
    """Return each ranker's headline metric by RFE and its difference to one step."""
    return pd.DataFrame(
        row for task in bootstrap(runs(folder), n_bootstrap=DRAWS, seed=0) for row in _of(task)
    )


def runs(folder: Path) -> list[RunScores]:
    """Return the rankers' numbers per test cell, of every data set, split, task and seed."""
    runs = []
    for path in sorted(folder.glob("*/split*/*/*/seed*/cells.npz")):
        dataset, split, task, selector, seed = path.parts[-6:-1]
        if selector in RANKERS:
            place = dataset, int(split.removeprefix("split")), task, selector
            runs.append(RunScores(*place, int(seed.removeprefix("seed")), read_cells(str(path))))
    return runs


def _of(task: TaskDraws) -> Iterator[dict[str, object]]:
    metric = next(name for name in HEADLINES if any(name == m for _, m in task.draws))
    sizes = [size for size, name in task.draws if name == metric]
    few = [size for size in sizes if size <= FEW]

    def mean(selector: str, over: Sequence[int]) -> Floats:
        return np.mean([task.draws[size, metric][selector] for size in over], axis=0)

    for ranker in RANKER_ENTRIES:
        rfe, one_step = (f"{ranker}-{strategy}" for strategy in STRATEGIES)
        if not {rfe, one_step} <= task.counts.keys():
            continue
        yield {
            "cells": task.dataset,
            "task": task.task,
            "metric": metric,
            "ranker": ranker,
            f"RFE, up to {FEW} genes": of_draws(mean(rfe, few)),
            f"RFE minus one step, up to {FEW}": of_draws(mean(rfe, few) - mean(one_step, few)),
            "RFE, all sizes": of_draws(mean(rfe, sizes)),
            "RFE minus one step, all": of_draws(mean(rfe, sizes) - mean(one_step, sizes)),
            "seeds": task.counts[rfe]["n_seeds"],
        }


def consistency(stability: pd.DataFrame) -> pd.DataFrame:
    """Return Nogueira's index between seeds of the rankers at every size."""
    rows = stability[(stability["measure"] == "nogueira") & is_ranker(stability)]
    texts = [with_interval(*numbers) for numbers in rows[["value", "low", "high"]].to_numpy()]
    wide = rows.assign(text=texts).pivot_table(
        index=["dataset", "task", "selector"], columns="size", values="text", aggfunc="first"
    )
    wide.columns = [f"{size} genes" for size in wide.columns]
    return wide.reset_index().rename(columns={"dataset": "cells"})


def costs(table_: pd.DataFrame) -> pd.DataFrame:
    """Return medians over seeds of seconds and memory, and why selectors failed."""
    grouped = table_.groupby(["dataset", "task", "selector"], sort=False)
    medians = grouped.agg(
        seconds=("seconds", "median"), peak_mb=("peak_mb", "median"), seeds=("seed", "nunique"),
        failed=("failed", "first"),
    )  # fmt: skip
    return medians.round(1).fillna("").reset_index().rename(columns={"dataset": "cells"})


def optimism(table_: pd.DataFrame) -> pd.DataFrame:
    """Return the headline metrics by held-out cells and by held-out donors, and the gap."""
    return pd.DataFrame(
        {
            "cells": row["dataset"],
            "task": row["task"],
            "genes": row["size"],
            "metric": row["metric"],
            "selector": row["selector"],
            **{
                f"by {unit}": with_interval(*(row[f"by_{unit}{end}"] for end in ENDS))
                for unit in ("cells", "donors")
            },
            "gap": with_interval(row["gap"], row["low"], row["high"]),
            "seeds": row["n_seeds"],
            "test cells, test donors": f"{row['n_cells']}, {row['n_donors']}",
        }
        for row in table_[table_["metric"].isin(HEADLINES)].to_dict("records")
    )


def of_draws(draws: Floats) -> str:
    """Return an estimate with its 95 % interval, from draws of which the first is the estimate."""
    return with_interval(float(draws[0]), *interval(draws))


def with_interval(value: float, low: float, high: float) -> str:
    """Return `value (low to high)`."""
    return f"{value:.4f} ({low:.4f} to {high:.4f})"


def table(rows: pd.DataFrame) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(map(str, rows.columns)) + " |", "| --- " * rows.shape[1] + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows.to_numpy()]
    return "\n".join(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
