"""Required and excluded genes, from lists, files and tables."""

import pytest

from spinn.constraints import Constraints, read_constraints

GENES = ("A", "B", "C", "D")


def test_positions():
    wish = Constraints(required=("D", "A"), excluded=("B", "not there"))
    assert wish.required_positions(GENES).tolist() == [3, 0]
    assert wish.candidate_positions(GENES).tolist() == [0, 2, 3]
    assert Constraints().candidate_positions(GENES).tolist() == [0, 1, 2, 3]
    assert Constraints().required_positions(GENES).tolist() == []


def test_a_gene_cannot_be_required_and_excluded():
    with pytest.raises(ValueError, match="genes both required and excluded: A, B"):
        Constraints(required=("B", "A", "C"), excluded=("A", "B"))


@pytest.mark.parametrize("sizes", [[2], [3, 2], [3]])
def test_sizes_that_fit_pass(sizes):
    Constraints(("A", "C"), ("B",)).check_sizes(sizes, GENES)


@pytest.mark.parametrize(("sizes", "came"), [([1, 2], "[1]"), ([4, 3, 0], "[4, 0]"), ([], "[]")])
def test_sizes_that_do_not_fit(sizes, came):
    message = f"sizes must lie in 2..3, came {came}; 2 genes are required and 3 of 4 may be chosen"
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - compared in full
        Constraints(("A", "C"), ("B",)).check_sizes(sizes, GENES)
    assert str(raised.value) == message


@pytest.mark.parametrize("words", [("1", "0"), ("true", "false"), ("YES", "no"), ("y", "")])
def test_lists_files_and_tables_add_up(tmp_path, words):
    yes, no = words
    (tmp_path / "out.txt").write_text("D\n\n  E \n")
    table = f"gene,must,exclude\nB,{yes},{no}\nC,{no},{yes}\nA,{yes},\n"
    (tmp_path / "table.csv").write_text(table)
    section = {
        "required": ["A"],
        "excluded": str(tmp_path / "out.txt"),
        "table": str(tmp_path / "table.csv"),
    }
    assert read_constraints(section) == Constraints(("A", "B"), ("D", "E", "C"))


def test_nothing_asked_for():
    assert read_constraints({}) == Constraints()
    assert read_constraints({"required": [], "excluded": [], "table": None}) == Constraints()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("gene,must,weight\nA,1,2\n", "has the columns gene, must, exclude; came gene, must, weig"),
        ("name,must\nA,1\n", "has the columns gene, must, exclude; came name, must"),
        ("", "has the columns gene, must, exclude; came $"),
        ("gene,must\nA,maybe\n", "A: must be 1/0, true/false or yes/no, came 'maybe'"),
    ],
)
def test_tables_that_are_not_understood(tmp_path, table, message):
    (tmp_path / "table.csv").write_text(table)
    with pytest.raises(ValueError, match=message):
        read_constraints({"table": tmp_path / "table.csv"})
