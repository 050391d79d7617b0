"""The table of selectors: which rule computes each, and what it needs. Light: rules read it.

A new selector is one line here, one in the config's schema, and one where its family looks its
functions up.
"""

from collections.abc import Iterable
from dataclasses import dataclass

STRATEGIES = ("rfe", "ranking")
EXCHANGE = "+exchange"  # behind a ranker and a strategy: their panels, after an exchange of genes
EXCHANGE_TASKS = ("reconstruction", "hurdle")  # whose networks predict genes
# The gate of the base model that each ranker scores.
RANKER_GATES = {
    "bernoulli": "bernoulli",
    "gaussian": "gaussian",
    "imputation": "open",
    "first_layer": "open",
    "jacobian": "open",
}


@dataclass(frozen=True)
class Entry:
    """What is known of a selector before it runs.

    Parameters
    ----------
    family
        Selectors of one family share a rule and a job.
    gate
        The gate of the base model that it starts from; None where it needs no base model.
    draws
        Whether its panels depend on the seed.
    needs_labels
        Whether it chooses genes by cell type, whatever the task.
    needs_torch
        Whether its job imports torch.
    external
        Whether another package chooses, in an environment of its own; where it fails, the run goes
        on.
    """

    family: str
    gate: str | None = None
    draws: bool = False
    needs_labels: bool = False
    needs_torch: bool = False
    external: bool = False


_NEURAL = {
    f"{ranker}-{strategy}": Entry(ranker, gate=gate, draws=True, needs_torch=True)
    for ranker, gate in RANKER_GATES.items()
    for strategy in STRATEGIES
}
SELECTORS: dict[str, Entry] = {
    "recommended": Entry("recommended", draws=True, needs_torch=True),
    **_NEURAL,
    "greedy": Entry("baselines"),
    "greedy_split": Entry("baselines"),
    "pca": Entry("baselines"),
    "hvg": Entry("baselines"),
    "markers": Entry("baselines", needs_labels=True),
    "random": Entry("baselines", draws=True),
    "greedy_mixed": Entry("baselines", needs_labels=True),
    **{f"{name}{EXCHANGE}": entry for name, entry in _NEURAL.items()},
    # Peers, re-implemented from their papers.
    "genebasis": Entry("baselines", draws=True),
    "cosine": Entry("baselines", needs_labels=True),
    "persist": Entry("persist", draws=True, needs_torch=True),
    "concrete_ae": Entry("concrete_ae", draws=True, needs_torch=True),
    # Peers from their own packages, in environments of their own.
    "lassonet": Entry("lassonet", draws=True, external=True),
    "cosg": Entry("cosg", needs_labels=True, external=True),
    "spapros": Entry("spapros", needs_labels=True, external=True),
    "scgenefit": Entry("scgenefit", draws=True, needs_labels=True, external=True),
}


def families(selectors: Iterable[str]) -> dict[str, list[str]]:
    """Return selectors by family, families and members in the order given.

    Raises
    ------
    KeyError
        If a name is no selector.
    """
    grouped: dict[str, list[str]] = {}
    for selector in selectors:
        if selector not in SELECTORS:
            raise KeyError(f"{selector!r} is not a selector; they are {', '.join(SELECTORS)}")
        grouped.setdefault(SELECTORS[selector].family, []).append(selector)
    return grouped
