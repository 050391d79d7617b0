"""Twins of data sets with donors: their names, and the configs that cannot have any."""

import pytest

from spinn.config.check import ConfigError, check
from spinn.config.derived import compared, twin_of, with_random_cells


def test_twins_are_derived_for_data_sets_with_donors():
    datasets = {"a": {"path": "x", "donor": "who"}, "b": {"path": "y", "donor": None}}
    derived = with_random_cells(datasets, compare_donors=True)
    assert list(derived) == ["a", "b", "a@cells"]
    assert derived["a@cells"] == {"path": "x", "donor": None}
    assert datasets["a"]["donor"] == "who"
    assert compared(derived) == ["a"]
    assert with_random_cells(datasets, compare_donors=False) == datasets
    assert (twin_of("a@cells"), twin_of("a")) == ("a", None)


def test_no_config_may_use_the_twin_s_name_or_compare_without_donors():
    cells = {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}
    with pytest.raises(ConfigError, match="a@cells"):
        check({"datasets": {"a@cells": cells}})
    with pytest.raises(ConfigError, match=r"split\.compare_donors: must be false where no data"):
        check({"datasets": {"a": cells}, "split": {"compare_donors": True}})
    check({"datasets": {"a": {**cells, "donor": "who"}}, "split": {"compare_donors": True}})
