"""Tables of recommended panels: the first run's, by the others' panels."""

import json
from dataclasses import replace

import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.explanation.explain import as_rows, explain_panels
from spinn.explanation.reasons import COLUMNS
from spinn.panel import Panel, PanelPath
from tests.support.cells import make_data

DATA = make_data(n_genes=12)


def path(selector, *genes):
    panels = (Panel(genes), Panel(genes[:2]))
    return PanelPath(panels, (), {"selector": selector, "seed": 1})


def tables(*paths, required=()):
    constraints = Constraints(required=required)
    return list(explain_panels(DATA, paths, [2, 3], constraints, task="reconstruction"))


def test_the_first_run_s_panels_are_explained_without_counting_random_ones():
    first = path("greedy", "g03", "g01", "g05")
    pair, triple = tables(
        first, path("random", "g03", "g01", "g05"), path("hvg", "g03", "g02", "g07")
    )
    assert pair["gene"].tolist() == ["g03", "g01"]
    assert triple["gene"].tolist() == ["g03", "g01", "g05"]
    assert pair["frequency"].tolist() == [1, 0]  # hvg's panel alone counts
    assert {*COLUMNS, "role", "loss", "substitutes"} <= set(pair.columns)
    assert (triple["selector"] == "greedy").all()
    assert (triple["seed"] == 1).all()


def test_every_gene_has_its_id_and_symbol():
    symbols = tuple(f"S{i}" for i in range(12))
    data = replace(DATA, symbols=symbols, ids=("",) * 3 + ("ENSG00000000003",) + ("",) * 8)
    first = path("greedy", "g03", "g01", "g05")
    task = "reconstruction"
    (pair,) = explain_panels(data, [first], [2], Constraints(), task=task)
    assert pair["id"].tolist() == ["ENSG00000000003", ""]
    assert pair["symbol"].tolist() == ["S3", "S1"]


def test_without_a_run_the_tables_are_empty():
    assert [tuple(table.columns) for table in tables()] == [COLUMNS] * 2
    assert all(table.empty for table in tables())


def test_the_last_columns_are_what_an_order_needs():
    pair, triple = tables(path("greedy", "g03", "g01", "g05"), required=("g03",))
    last = ["load", "load_max", "load_type", "load_unit", "required", "id", "symbol"]
    assert triple.columns[-7:].tolist() == last
    assert triple["required"].tolist() == ["yes", "no", "no"]
    assert pair["id"].tolist() == ["", ""]  # these names are no Ensembl ids


def test_rows_are_as_json_holds_them():
    table = pd.DataFrame({"gene": ["a", "b"], "loss": [1 / 3, float("nan")], "rank": [1, 2]})
    rows = as_rows([table.assign(id="")])
    header = ["gene", "loss", "rank", "id"]
    assert rows == {"2": [header, ["a", 0.3333, 1, None], ["b", None, 2, None]]}
    assert json.loads(json.dumps(rows)) == rows
