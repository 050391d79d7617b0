"""Tables in files: names stay text, even where they look like numbers."""

import numpy as np
import pytest

from spinn.records.rows import read_rows, write_rows
from spinn.records.tables import read_table, read_together


def test_names_that_look_like_numbers_stay_text(tmp_path):
    path = tmp_path / "new" / "table.csv"
    row = {"dataset": "2024", "gene": "NA", "failed": "", "value": None, "size": 8}
    write_rows(path, tuple(row), [row])
    (read,) = read_table(path).to_dict("records")
    assert (read["dataset"], read["gene"], read["failed"], read["size"]) == ("2024", "NA", "", 8)
    assert np.isnan(read["value"])
    assert read_rows(path) == [{**row, "value": "", "size": "8"}]


def test_tables_are_read_as_one_with_the_keys_of_each(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, gene in zip(paths, ("NA", "7"), strict=True):
        write_rows(path, ("gene", "size"), [{"gene": gene, "size": 8}])
    rows = [{"gene": "NA", "size": 8}, {"gene": "7", "size": 8}]
    assert read_together(paths).to_dict("records") == rows
    keyed = read_together(paths, [{"split": 0}, {"split": 1}])
    assert keyed.to_dict("records") == [{**rows[0], "split": 0}, {**rows[1], "split": 1}]
    with pytest.raises(ValueError, match="zip"):
        read_together(paths, [{"split": 0}])
