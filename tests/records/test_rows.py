"""Rows in files: numbers have the wanted digits, a table without rows its columns."""

import pytest

from spinn.records.rows import read_rows, write_rows


@pytest.mark.parametrize(("float_format", "text"), [("", "0.3333333333333333"), (".3g", "0.333")])
def test_floats_have_the_wanted_digits(tmp_path, float_format, text):
    rows = [{"a": 1 / 3, "b": 7, "c": "x,y"}]
    write_rows(tmp_path / "x.csv", ("a", "b", "c"), rows, float_format=float_format)
    assert (tmp_path / "x.csv").read_bytes() == f'a,b,c\n{text},7,"x,y"\n'.encode()


def test_a_table_without_rows_has_its_columns(tmp_path):
    write_rows(tmp_path / "x.csv", ("a", "b"), [])
    assert (tmp_path / "x.csv").read_text() == "a,b\n"
    assert read_rows(tmp_path / "x.csv") == []
