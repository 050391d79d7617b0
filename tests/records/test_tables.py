"""Tables in files: names stay text, numbers have the wanted digits."""

import numpy as np
import pytest

from spinn.records.tables import read_rows, read_table, write_rows


def test_names_that_look_like_numbers_stay_text(tmp_path):
    path = tmp_path / "new" / "table.csv"
    row = {"dataset": "2024", "gene": "NA", "failed": "", "value": None, "size": 8}
    write_rows(path, tuple(row), [row])
    (read,) = read_table(path).to_dict("records")
    assert (read["dataset"], read["gene"], read["failed"], read["size"]) == ("2024", "NA", "", 8)
    assert np.isnan(read["value"])
    assert read_rows(path) == [{**row, "value": "", "size": "8"}]


@pytest.mark.parametrize(("float_format", "text"), [("", "0.3333333333333333"), (".3g", "0.333")])
def test_floats_have_the_wanted_digits(tmp_path, float_format, text):
    rows = [{"a": 1 / 3, "b": 7, "c": "x,y"}]
    write_rows(tmp_path / "x.csv", ("a", "b", "c"), rows, float_format=float_format)
    assert (tmp_path / "x.csv").read_bytes() == f'a,b,c\n{text},7,"x,y"\n'.encode()


def test_a_table_without_rows_has_its_columns(tmp_path):
    write_rows(tmp_path / "x.csv", ("a", "b"), [])
    assert (tmp_path / "x.csv").read_text() == "a,b\n"
    assert read_rows(tmp_path / "x.csv") == []
