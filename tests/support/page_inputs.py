"""Everything that the page is made from, with chosen names and known numbers."""

import numpy as np
import pandas as pd


def tables(name: str = "data", selector: str = "bernoulli-rfe") -> dict:
    """Everything `render` takes, with `name` wherever users choose names."""
    rows = []
    places = [(8, selector), (8, "greedy"), (8, "floor"), (16, selector), (16, "greedy")]
    places.append((300, "ceiling"))
    for task, metrics in (
        ("reconstruction", ("fvu_split", "knn_share", "redundancy")),
        ("classification", ("macro_f1", "knn_share")),
    ):
        for metric in metrics:
            for i, (size, who) in enumerate(places):
                best, mean = who == selector, 0.5 + 0.01 * i
                tier = None if who in ("floor", "ceiling") or metric == "redundancy" else 2 - best
                rows.append((name, task, size, metric, who, mean, mean - 0.1, mean + 0.1, tier))
    columns = ["dataset", "task", "size", "metric", "selector", "mean", "low", "high", "tier"]
    summary = pd.DataFrame(rows, columns=columns).assign(n_seeds=2, n_splits=1, n_blocks=100)
    summary["diff_to_best"] = np.where(summary["selector"] == selector, 0.0, 0.1)
    stability = pd.DataFrame(
        [(name, "classification", 8, selector, "nogueira", 0.75, np.nan, np.nan, 2, 1)],
        columns=[
            *("dataset", "task", "size", "selector", "measure", "value", "low", "high"),
            *("n_seeds", "n_splits"),
        ],
    )
    panel = pd.DataFrame({"gene": [name, "CD3D"], "rank": [1, 2], "why": [name, "marks T cells"]})
    panel = panel.assign(selector=selector, in_judged=["yes", "no"])
    recall = pd.DataFrame(
        [
            (name, "classification", size, who, kind, 9, value, value - 0.1, value + 0.1)
            for size in (8, 16)
            for who in (selector, "greedy")
            for kind, value in (("B", 0.9), (name, 0.25))
        ],
        columns=[
            *("dataset", "task", "size", "selector", "target", "n_cells"),
            *("mean", "low", "high"),
        ],
    )
    return {
        "summary": summary,
        "stability": stability,
        "panels": {(name, 0, "classification", 2): panel, (name, 1, "classification", 2): panel},
        "provenance": {
            "datasets": {name: {"cells": {"before": 700, "after": 699}, "counts": "recovered"}},
            "config": {"seeds": [0, 1], "genes": {"table": None, "required": [name]}},
            "seconds": 12.5,
        },
        "figures": {f"quality_{name}_classification": "<svg onload='x()'></svg>"},
        "tables": {"recall": recall, "audit": audited(name), "coverage": covered(name)}
        | compared(name, selector),
        "title": name,
    }


def compared(name: str, selector: str) -> dict[str, pd.DataFrame]:
    """Return differences and measures of the headline: the selector beats random panels at 8."""
    place = {"dataset": name, "task": "classification", "metric": "macro_f1"}
    counts = {"n_seeds": 2, "n_splits": 1, "n_blocks": 100}
    rows = [
        {"size": size, "selector": who, "reference": "floor", "diff": 0.1, "low": 0.05, "high": 0.2}
        | {"low_all": 0.01 if (size, who) == (8, selector) else -0.2, "high_all": 0.3}
        for size in (8, 16)
        for who in (selector, "greedy")
    ]
    scores = [
        {"size": 8, "selector": selector, "measure": measure, "value": 0.5, "low": 0.4, "high": 0.7}
        for measure in ("share", "z", "percentile")
    ]
    return {
        "differences": pd.DataFrame([place | counts | row for row in rows]),
        "normalised": pd.DataFrame([place | counts | {"n_null": 20} | row for row in scores]),
    }


def audited(name: str) -> pd.DataFrame:
    """Return the audit of two splits' panels; in the second a constraint is not met."""
    columns = ["constraint", "wanted", "got", "met", "note", "size", "dataset", "split", "task"]
    place = (name, 0, "classification")
    return pd.DataFrame(
        [
            ("size", "2", "2", "yes", "", 2, *place),
            ("required", "1 genes", "1 of them", "yes", f"families: {name} 1", 2, *place),
            ("budget", "at most 3", "4", "no", "", 2, name, 1, "classification"),
        ],
        columns=columns,
    )


def covered(name: str) -> pd.DataFrame:
    """Return the coverage of three types by panels of two sizes; the second split differs."""
    nan = float("nan")
    rows = [
        ("B", 40, 5, 2, "CD79A, MS4A1", "T", 0.99, 0.95, 1.0, "CD79A", 0.9, 0.02, "separated"),
        ("T", 90, 3, 0, "", "NK", 0.7, 0.6, 0.8, "CD3D", 0.5, 0.25, "this panel misses it"),
        (name, 0, 2, 0, "", "", nan, nan, nan, "", nan, nan, "too few cells to say"),
    ]
    columns = ["type", "n_test", "n_markers", "n_in_panel", "markers", "sibling"]
    columns += ["panel", "panel_low", "panel_high", "gene"]
    columns += ["detected_in_type", "detected_in_sibling", "verdict"]
    table = pd.DataFrame(rows, columns=columns).assign(all_genes=0.98, all_low=0.96, all_high=1.0)
    first = pd.concat([table.assign(size=size, split=0) for size in (16, 8)])
    other = table.assign(size=8, split=1, verdict="no panel can")
    return pd.concat([other, first]).assign(dataset=name, task="classification")


def costs(**failed):
    """costs.csv of two seeds of two selectors; ``failed`` maps selectors to seeds that did."""
    runs = [
        ("data", 0, task, who.replace("_", "-"), seed, 1.5 + seed, 80.0, 0)
        for task in ("reconstruction", "classification")
        for who in ("bernoulli_rfe", "greedy")
        for seed in (0, 1)
    ]
    columns = ["dataset", "split", "task", "selector", "seed", "seconds", "peak_mb", "filled"]
    table = pd.DataFrame(runs, columns=columns)
    lost = [
        seed in failed.get(who.replace("-", "_"), ())
        for who, seed in zip(table["selector"], table["seed"], strict=True)
    ]
    return table.assign(failed=np.where(lost, "over its time <limit>", ""))
