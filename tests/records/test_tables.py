"""Tables in files: names stay text, even where they look like numbers."""

import numpy as np

from spinn.records.rows import read_rows, write_rows
from spinn.records.tables import read_table


def test_names_that_look_like_numbers_stay_text(tmp_path):
    path = tmp_path / "new" / "table.csv"
    row = {"dataset": "2024", "gene": "NA", "failed": "", "value": None, "size": 8}
    write_rows(path, tuple(row), [row])
    (read,) = read_table(path).to_dict("records")
    assert (read["dataset"], read["gene"], read["failed"], read["size"]) == ("2024", "NA", "", 8)
    assert np.isnan(read["value"])
    assert read_rows(path) == [{**row, "value": "", "size": "8"}]
