"""What holds for every registered metric, and which of several decides."""

import re

import pytest

from spinn.metrics import registry
from spinn.metrics.registry import HEADLINES, METRICS, headline_of


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_keeps_the_contract(name):
    metric = METRICS[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)  # a column's value and a file's word
    assert metric.label.strip() == metric.label != ""
    assert [other.label for other in METRICS.values()].count(metric.label) == 1
    assert metric.better in ("lower", "higher")
    assert registry.LABEL[name] == metric.label
    assert registry.DIRECTION[name] == metric.better
    assert (name in HEADLINES) == metric.is_headline
    others = [other for other in METRICS if not METRICS[other].is_headline]
    if metric.is_headline:
        assert headline_of([*others, name]) == name
    else:
        assert headline_of([name, HEADLINES[-1]]) == HEADLINES[-1]


def test_the_first_headline_of_the_table_decides():
    assert headline_of({"knn_share", "fvu_without_self"}) == "fvu_without_self"
    assert headline_of(reversed(METRICS)) == HEADLINES[0]


def test_a_task_needs_a_headline():
    with pytest.raises(ValueError, match=r"needs one of .*got \['knn_share'\]"):
        headline_of(["knn_share"])
