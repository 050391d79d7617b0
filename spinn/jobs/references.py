"""The evaluating rule of the floor and the ceiling."""

from collections.abc import Mapping, Sequence
from typing import Any

from spinn.constraints.constraints import Constraints
from spinn.data import read_prepared
from spinn.evaluation.references import reference
from spinn.jobs.evaluate import judge_jobs
from spinn.selectors.baselines.all_baselines import greedy


def evaluate_references(
    prepared: str,
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Judge the floor and the ceiling; write scores.csv, and cells.npz beside it.

    The ceiling is a network on all genes. The floor has one draw per seed; each of its panels
    matches the panel of `greedy` in mean expression and detection, gene by gene.
    """
    data = read_prepared(prepared)
    path = greedy(data, sizes=sizes, seed=0, constraints=Constraints(), task=about["task"])
    jobs = [
        (selector, seed, list(reference(data, selector, seed, path.panels)), output)
        for (selector, seed), output in outputs.items()
    ]
    judge_jobs(data, jobs, about=about, config=config, threads=threads)
