"""The table of metrics: what each is called, which way is better, which one decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Direction = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric:
    """A metric's label for readers, which way is better, and whether it decides a task."""

    label: str
    better: Direction
    is_headline: bool = False


METRICS: dict[str, Metric] = {
    "fvu_split": Metric("FVU on split molecules", "lower", is_headline=True),
    "fvu_without_self": Metric("FVU, every gene without itself", "lower", is_headline=True),
    "fvu_panel_known": Metric("FVU, panel genes known", "lower"),
    "r2_median": Metric("median R² of the genes", "higher"),
    "macro_f1": Metric("macro F1", "higher", is_headline=True),
    "balanced_accuracy": Metric("balanced accuracy", "higher"),
    "accuracy": Metric("accuracy", "higher"),
    "recall": Metric("recall", "higher"),
    "r2": Metric("R²", "higher", is_headline=True),
    "r2_gene": Metric("R² of a gene", "higher"),
    "hurdle_loss": Metric("hurdle loss, share of the null model's", "lower", is_headline=True),
    "knn_share": Metric("share of the 15 nearest neighbours kept", "higher"),
    "knn_overlap": Metric("share of the 5 to 30 nearest neighbours kept", "higher"),
    "cluster_nmi_coarse": Metric("agreement of 5 to 20 clusters", "higher"),
    "cluster_nmi_fine": Metric("agreement of 21 to 60 clusters", "higher"),
    "cluster_counts": Metric("share of the numbers of clusters that could be compared", "higher"),
    "redundancy": Metric("largest |r| within the panel", "lower"),
}
"""Every metric, in the order of tables."""

DIRECTION: dict[str, Direction] = {name: metric.better for name, metric in METRICS.items()}
LABEL = {name: metric.label for name, metric in METRICS.items()}
HEADLINES = tuple(name for name, metric in METRICS.items() if metric.is_headline)


def headline_of(metrics: Iterable[str]) -> str:
    """Return the metric that decides among those a task has; ValueError if none is a headline."""
    present = set(metrics)
    if not present & set(HEADLINES):
        raise ValueError(f"a task needs one of {HEADLINES}, got {sorted(present)}")
    return next(name for name in HEADLINES if name in present)
