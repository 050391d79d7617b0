"""Tables of results with known numbers, as figures and the page take them."""

import numpy as np
import pandas as pd

SIZES = (8, 16, 32)
SELECTORS = ("bernoulli-rfe", "bernoulli-ranking", "greedy", "my_own")


def summary(dataset: str = "d", task: str = "classification") -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = [(size, name) for size in SIZES for name in (*SELECTORS, "floor")] + [(500, "ceiling")]
    parts = []
    for metric in ("macro_f1", "knn_share", "redundancy"):
        part = pd.DataFrame(rows, columns=["size", "selector"])
        part["mean"] = random.random(len(part)) / 2 + 0.25
        parts.append(part.assign(metric=metric, low=part["mean"] - 0.1, high=part["mean"] + 0.2))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(dataset=dataset, task=task, n_seeds=2, n_splits=1)


def failing(table, name):
    """The table with a selector that failed."""
    failed = table["selector"] == name
    numbers = {name: table[name].mask(failed) for name in ("mean", "low", "high")}
    return table.assign(**numbers, n_seeds=table["n_seeds"].mask(failed, 0), n_splits=1 - failed)


def stability(measures: tuple[str, ...] = ("nogueira", "jaccard")) -> pd.DataFrame:
    rows = [(name, size, measure) for name in SELECTORS for size in SIZES for measure in measures]
    table = pd.DataFrame(rows, columns=["selector", "size", "measure"])
    value = np.linspace(0.1, 0.9, len(table))
    low = np.where(table["selector"] == "greedy", np.nan, value - 0.1)
    ends = {"value": value, "low": low, "high": low + 0.2}
    return table.assign(dataset="d", task="classification", **ends, n_seeds=3, n_splits=1)


def overlap() -> pd.DataFrame:
    rows = [(size, a, b) for size in SIZES for a in SELECTORS for b in SELECTORS]
    table = pd.DataFrame(rows, columns=["size", "selector", "other"])
    table["value"] = np.random.default_rng(1).random(len(table))
    ends = {"low": table["value"] / 2, "high": 1.0}
    return table.assign(dataset="d", task="classification", **ends, n_seeds=2, n_splits=3)


def robustness() -> pd.DataFrame:
    rows = [
        (split, kind, size, level)
        for split in (1, 0)
        for kind in ("raw", "binary")
        for size in SIZES
        for level in (0.1, 1.0, 0.5)
    ]
    table = pd.DataFrame(rows, columns=["split", "inputs", "size", "efficiency"])
    value = np.random.default_rng(2).random(len(table))
    about = {"dataset": "d", "task": "classification", "selector": "greedy", "n_seeds": 2}
    return table.assign(**about, metric="macro_f1", value=value, low=value - 0.1, high=value + 0.2)


def tradeoff(*, sizes=SIZES) -> pd.DataFrame:
    """Prices of three candidates, of which one of two splits is shown; `half` is taken."""
    names = {"genes": (0.0, 0.04), "types": (0.01, 0.0), "half": (0.002, 0.01)}
    rows = [
        (split, size, name, goal, price)
        for split in (1, 0)
        for size in sizes
        for name, prices in names.items()
        for goal, price in zip(("genes", "types"), prices, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["split", "size", "candidate", "goal", "price"])
    metric = table["goal"].map({"genes": "fvu_split", "types": "macro_f1"})
    taken = table["candidate"].map({"half": "yes"}).fillna("no")
    about = {"dataset": "d", "task": "classification", "seed": 0, "standard_error": 0.003}
    return table.assign(**about, metric=metric, taken=taken, value=0.9 - table["price"])


def lines(ax) -> dict:
    return {line.get_label(): line for line in ax.get_lines()}
