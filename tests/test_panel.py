"""Panels and paths: nested, distinct, and printed so that they can be read."""

import doctest
import json

import anndata as ad
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spinn.panel
from spinn.panel import Panel, PanelPath, path_by_place, ranked_path
from tests.support.cells import make_adata
from tests.support.orders import explained_path

names = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20, unique=True)


@given(data=st.data(), genes=names)
def test_panels_of_a_ranking_are_nested(data, genes):
    sizes = data.draw(st.lists(st.integers(1, len(genes)), min_size=1, unique=True))
    path = ranked_path(genes, [0.0] * len(genes), sizes)
    assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
    for panel in path.panels:
        assert list(panel.genes) == genes[: panel.size]
        assert path.of_size(panel.size) is panel
    assert [(place.gene, place.rank) for place in path.ranking] == [
        (gene, i + 1) for i, gene in enumerate(genes)
    ]


def test_among_is_the_number_of_genes_compared():
    path = ranked_path(["b", "a"], [2.0, 1.0], [2])
    assert [place.among for place in path.ranking] == [2, 2]
    path = ranked_path(["b", "a"], [2.0, 1.0], [2], among=[2, 9])
    assert [place.among for place in path.ranking] == [2, 9]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Panel(()), "a panel needs at least one gene"),
        (lambda: Panel(("a", "b", "a")), "panel genes must be distinct; repeated: a"),
        (
            lambda: PanelPath((Panel(("a",)), Panel(("a", "b"))), ()),
            r"from large to small, got sizes \[1, 2\]",
        ),
        (lambda: ranked_path(["a", "b"], [1, 0], [2, 2]), r"large to small, got sizes \[2, 2\]"),
        (
            lambda: ranked_path(["a", "b"], [1, 0], [3]),
            "2 genes are ranked, too few for a panel of 3",
        ),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_of_size_names_the_available_sizes():
    with pytest.raises(KeyError, match="no panel of 3 genes; sizes: 2, 1"):
        ranked_path(["a", "b"], [1, 0], [1, 2]).of_size(3)


def test_annotate_marks_a_copy():
    adata = make_adata(10, 5)
    marked = Panel(("g03", "g00")).annotate(adata)
    assert marked.var["spinn_rank"].tolist() == [2, 0, 0, 1, 0]
    assert marked.var["spinn_selected"].tolist() == [True, False, False, True, False]
    assert list(marked.uns["spinn"]["genes"]) == ["g03", "g00"]
    assert marked.uns["spinn"]["size"] == 2
    assert list(adata.var.columns) == []
    with pytest.raises(KeyError, match=r"1 of 2 panel genes absent: x"):
        Panel(("g03", "x")).annotate(adata)


def test_a_path_stands_for_its_largest_panel(tmp_path):
    path = PanelPath(
        (Panel(("g03", "g00")), Panel(("g01",))), (), {"selector": "greedy", "seed": None}
    )
    assert path.genes == ["g03", "g00"]
    assert path.table().to_dict("list") == {
        "gene": ["g03", "g00", "g01"],
        "rank": [1, 2, 1],
        "size": [2, 2, 1],
    }
    marked = path.annotate(make_adata(10, 5))
    assert marked.var["spinn_rank"].tolist() == [2, 0, 0, 1, 0]
    marked.write_h5ad(tmp_path / "marked.h5ad")
    read = ad.read_h5ad(tmp_path / "marked.h5ad")
    assert read.var["spinn_selected"].sum() == 2
    assert read.uns["spinn"]["genes"].tolist() == ["g03", "g00"]
    assert json.loads(read.uns["spinn"]["about"]) == path.about
    with pytest.raises(ValueError, match="this run has no panel: too slow"):
        PanelPath((), (), {"failed": "too slow"}).genes  # noqa: B018


def test_a_table_shows_what_is_known_of_each_gene():
    path = explained_path()
    table = path.table()
    assert table.columns[:4].tolist() == ["gene", "rank", "size", "why"]
    assert table["size"].tolist() == [3, 3, 3, 2, 2]
    assert table["why"].tolist()[:3] == ["x", "y", "z"]
    assert table["why"].isna().tolist()[3:] == [True, True]  # that size is not explained
    assert path.explained(3)[0]["load_max"] == 4.0
    assert path.explained(2) == [
        {"gene": gene, "rank": rank, "size": 2} for rank, gene in enumerate(path.genes[:2], 1)
    ]


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"saved as .json, .csv or a folder, got panel.xlsx"):
        ranked_path(["a"], [1.0], [1]).save(tmp_path / "panel.xlsx")


def test_examples():
    assert doctest.testmod(spinn.panel).failed == 0


def test_a_score_by_place_falls_from_one():
    path = path_by_place([Panel(("b", "c", "a", "d")), Panel(("a",))])
    assert path.sizes == [4, 1]
    assert [place.gene for place in path.ranking] == ["b", "c", "a", "d"]
    assert [place.score for place in path.ranking] == [1, 0.75, 0.5, 0.25]


def test_a_panel_prints_its_ranks_in_columns():
    assert repr(Panel(("CD3E", "NKG7"))) == "Panel of 2 genes\n1 CD3E   2 NKG7"
    assert str(Panel(("CD3E",))) == "Panel of 1 gene\n1 CD3E"
    lines = repr(Panel(tuple(f"GENE{i}" for i in range(500)))).splitlines()
    assert len(lines) == 8
    assert lines[1].startswith("  1 GENE0       2 GENE1")
    assert lines[-1] == "..."
    assert max(map(len, lines)) <= 80
    long = repr(Panel(("A" * 200, "B")))
    assert long.splitlines()[1:] == [f"1 {'A' * 200}", "2 B"]


def test_a_path_prints_its_run_its_sizes_and_the_first_genes():
    made = ranked_path(["CD3E", "NKG7"], [2.0, 1.0], [1, 2])
    about = {"seed": 0, "task": "hurdle", "dataset": "mine", "selector": "greedy"}
    path = PanelPath(made.panels, made.ranking, about)
    assert repr(path) == "PanelPath: greedy, mine, hurdle, sizes 2, 1\n1 CD3E   2 NKG7"
    assert repr(made).startswith("PanelPath: sizes 2, 1\n")
    assert repr(PanelPath((), (), {"failed": "too slow"})) == "PanelPath: no panel: too slow"


def test_notebooks_show_a_table():
    html = Panel(("<script>alert(1)</script>", "A&B"))._repr_html_()
    assert html == (
        "<p>Panel of 2 genes</p><table><tr><th>rank</th><th>gene</th></tr>"
        "<tr><td>1</td><td>&lt;script&gt;alert(1)&lt;/script&gt;</td></tr>"
        "<tr><td>2</td><td>A&amp;B</td></tr></table>"
    )
    names = [f"g{i}" for i in range(25)]
    made = ranked_path(names, [1 / (i + 3) for i in range(25)], [25])
    html = PanelPath(made.panels, made.ranking, {"dataset": "<b>"})._repr_html_()
    assert "<p>PanelPath: &lt;b&gt;, sizes 25</p>" in html
    assert "<tr><th>rank</th><th>gene</th><th>score</th></tr>" in html
    assert "<tr><td>1</td><td>g0</td><td>0.333</td></tr>" in html
    assert html.count("<tr>") == 21
    assert html.endswith("<p>and 5 more</p>")
    assert "score" not in PanelPath(made.panels, ())._repr_html_()
    assert PanelPath((), (), {"failed": "<slow>"})._repr_html_().startswith("<p>PanelPath: no pa")


def test_printing_leaves_equality_and_hashes_alone():
    assert Panel(("a", "b")) == Panel(("a", "b"))
    assert len({Panel(("a", "b")), Panel(("a", "b")), Panel(("b", "a"))}) == 2
