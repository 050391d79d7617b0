"""One panel for types and genes against those for either goal: `python -m benchmarks.goals CELLS`.

Prints, for both headline metrics on test cells, how much the panels of `recommended` with the goal
`both` differ from those with the goal `types` and `genes`, with paired 95 % intervals over test
cells (donors, where there are donors) and seeds.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import anndata as ad
import pandas as pd
import torch

from spinn.constraints.files import read_rules
from spinn.constraints.measured import constraints_of
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.interface.arguments import configured, prepared
from spinn.metrics.registry import HEADLINES
from spinn.records.scores import RunScores
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.run import Run
from spinn.settings import read_settings
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.tiers import interval

GOALS = {"both": "classification", "types": "classification", "genes": "reconstruction"}
JUDGED_BY = ("reconstruction", "classification")


def compare(
    adata: ad.AnnData, *, label: str, donor: str | None, size: int, seeds: Sequence[int]
) -> pd.DataFrame:
    """Return a row per metric and other goal: the values, and `both` minus the other."""
    cells = {"label": label, "donor": donor, "layer": None, "values": None, "targets": ()}
    given = {"selectors": ["recommended"], "panel_sizes": [size], "seeds": list(seeds)}
    adata, config = configured(adata, None, task=None, cells=cells, **given)
    data = prepared(adata, config, split=0, rules=read_rules(config["genes"]), sizes=[size])
    seen, settings = data.of("train", "valid"), read_settings(config)
    constraints = constraints_of(config["genes"], seen)
    panels = {}
    for seed in seeds:
        for goal, task in GOALS.items():
            opened = open_cells("recommended", seen, task, replace(settings, goal=goal))
            choice = choose(opened, Run("recommended", [size], seed, constraints))
            panels[goal, seed] = choice.path.panels
    rows = []
    for task in JUDGED_BY:
        judge = make_judge(data, task, settings, headline_only=True)
        runs = [
            RunScores("cells", 0, task, goal, seed, evaluate(judge, chosen, seed=seed)[1])
            for (goal, seed), chosen in panels.items()
        ]
        (draws,) = bootstrap(runs, n_bootstrap=1000, seed=0)
        metric = next(name for name in HEADLINES if (size, name) in draws.draws)
        of_goal = draws.draws[size, metric]
        for other in ("types", "genes"):
            difference = of_goal["both"] - of_goal[other]
            low, high = interval(difference)
            values = {"both": of_goal["both"][0], "other": of_goal[other][0]}
            numbers = {"difference": difference[0], "low": low, "high": high}
            rows.append({"metric": metric, "against": other, **values, **numbers})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table of the cells that are named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cells", type=Path)
    parser.add_argument("--label", default="cell_type")
    parser.add_argument("--donor")
    parser.add_argument("--genes", type=int, default=64)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = compare(
        ad.read_h5ad(given.cells),
        label=given.label,
        donor=given.donor,
        size=given.genes,
        seeds=given.seeds,
    )
    print(table.to_string(index=False, float_format="{:.4f}".format))


if __name__ == "__main__":
    main()
