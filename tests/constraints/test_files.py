"""The config's section `genes`, from lists, files, earlier panels and tables."""

import pytest

from spinn.constraints.files import described, read_rules
from spinn.constraints.rules import Bounds, GeneRules
from spinn.constraints.section import resolve_genes
from spinn.panel import Panel, PanelPath


@pytest.mark.parametrize("words", [("1", "0"), ("true", "false"), ("YES", "no"), ("y", "")])
def test_lists_files_and_tables_add_up(tmp_path, words):
    yes, no = words
    (tmp_path / "out.txt").write_text("D\n\n  E \nprefix:RP\n")
    table = f"gene,must,exclude\nB,{yes},{no}\nC,{no},{yes}\nA,{yes},\n"
    (tmp_path / "table.csv").write_text(table)
    section = {
        "required": ["A"],
        "excluded": str(tmp_path / "out.txt"),
        "table": str(tmp_path / "table.csv"),
    }
    assert read_rules(section) == GeneRules(("A", "B"), ("D", "E", "prefix:RP", "C"))


def test_empty_sections_give_empty_rules():
    assert read_rules({}) == GeneRules()
    assert read_rules({"required": [], "excluded": [], "table": None}) == GeneRules()


def test_every_column_of_the_table_is_read(tmp_path):
    (tmp_path / "t.csv").write_text(
        "group,gene,weight,cost,min_expression,max_expression,must\n"
        "x,A,2,0,-1,3.5,no\n"
        ",prefix:B,, 1.5 ,,,\n"
        ",C,,,,,yes\n"
    )
    rules = read_rules(
        {
            "table": tmp_path / "t.csv",
            "max_per_group": 3,
            "budget": 10,
            "expression": {"min": 0.1, "max": None},
        }
    )
    row = {"group": "x", "weight": 2.0, "cost": 0.0, "min_expression": -1.0, "max_expression": 3.5}
    rows = ({"gene": "A", **row}, {"gene": "prefix:B", "cost": 1.5})
    assert rules == GeneRules(("C",), (), rows, 3, 10, Bounds(0.1))


def test_an_earlier_panel_is_grown(tmp_path):
    PanelPath((Panel(("C", "A", "B")), Panel(("C", "A"))), ()).save(tmp_path)
    (tmp_path / "panel_2.csv").write_text("gene,rank,why\nC,1,because\nA,2,\n")
    assert read_rules({"required": str(tmp_path / "panels.json")}).required == ("C", "A", "B")
    assert read_rules({"required": str(tmp_path / "panel_2.csv")}).required == ("C", "A")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("gene,must,wait\nA,1,2\n", "has the columns gene, must, exclude, group.*got 'wait'"),
        ("name,must\nA,1\n", "must have a column gene, got name, must"),
        ("", "must have a column gene, got nothing"),
        ("gene,must\nA,maybe\n", "A: must must be yes or no, got 'maybe'"),
        ("gene,weight\nA,0\n", "A: weight must be a number above 0, got '0'"),
        ("gene,cost\nA,-1\n", "A: cost must be a number of at least 0, got '-1'"),
        ("gene,cost\nA,dear\n", "A: cost must be a number of at least 0, got 'dear'"),
        ("gene,max_expression\nA,nan\n", "A: max_expression must be a number, got 'nan'"),
        ("gene,cost\nB,1\n,2\n", "every row must name a gene, row 2 does not"),
        ("gene,cost\nA,1\nB,1\nA,2\n", "the gene table has more than one row for A"),
    ],
)
def test_invalid_tables_are_refused(tmp_path, table, message):
    (tmp_path / "table.csv").write_text(table)
    with pytest.raises(ValueError, match=message):
        read_rules({"table": tmp_path / "table.csv"})


NO_LIMITS = dict.fromkeys(
    (
        *("max_per_gene", "max_per_type", "max_total_per_type"),
        *("min_in_some_type", "max_share_of_three"),
    )
)


SHARE = {"max_share_of_three": 0.25}


def test_a_platform_sets_limits_and_excludes_what_it_advises_against():
    genes = {"required": ["GAPDH"], "excluded": ["ACTB"], "load": {"max_per_type": 7.0}}
    config = {"panel_sizes": [2], "platform": "xenium_v1", "genes": genes}
    section = resolve_genes(config)
    assert section["load"] == {**NO_LIMITS, "max_per_type": 7.0, "min_in_some_type": 0.1} | SHARE
    assert section["excluded"] == ["ACTB"]
    assert {"B2M", "EEF1A1", "NEAT1"} <= set(section["advised_against"])
    assert resolve_genes({**config, "genes": section}) == section
    with pytest.raises(ValueError, match="'xenium_v2' is not a platform; did you mean"):
        resolve_genes({**config, "platform": "xenium_v2"})


def test_the_section_stands_alone_once_files_are_read(tmp_path):
    (tmp_path / "t.csv").write_text("gene,must,group\nA,yes,x\nB,yes,\n")
    config = {
        "panel_sizes": [2],
        "genes": {"required": [], "excluded": ["C"], "table": str(tmp_path / "t.csv"), "budget": 3},
    }
    section = resolve_genes(config)
    assert section == {
        "required": ["A", "B"],
        "excluded": ["C"],
        "table": [{"gene": "A", "group": "x"}],
        "budget": 3,
        "advised_against": [],
        "available": None,
        "base": [],
        "load": NO_LIMITS,
    }
    assert read_rules(section) == read_rules(config["genes"])
    assert resolve_genes({**config, "genes": section}) == section


def test_a_table_is_described_by_size_and_digest():
    rows = [{"gene": "A", "cost": 2.0}, {"gene": "B", "group": "x"}]
    shown = described({"required": ["A"], "table": rows})
    assert shown["required"] == ["A"]
    assert shown["table"]["rows"] == 2
    other = described({"required": ["A"], "table": [rows[0], {"gene": "B", "group": "y"}]})
    assert other["table"]["sha256"] != shown["table"]["sha256"]
    assert (
        described({"table": [dict(reversed(row.items())) for row in rows]})["table"]
        == (shown["table"])
    )
    assert described({"table": None}) == {"table": None}


def test_families_are_not_counted_before_there_are_data():
    genes = {"required": ["prefix:A", "prefix:B", "C"]}
    assert resolve_genes({"panel_sizes": [1], "genes": genes})["required"] == genes["required"]
    with pytest.raises(ValueError, match="genes: 'regex:' names no family"):
        resolve_genes({"panel_sizes": [1], "genes": {"required": ["regex:"]}})
