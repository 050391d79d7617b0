"""Panels and paths: nested, distinct, and the same after a journey through files."""

import doctest
import json

import anndata as ad
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spinn.panel
from spinn.interface.panel_files import load_panel
from spinn.panel import Panel, PanelPath, load_panels, ranked_path
from tests.support.cells import make_adata

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


def test_among_tells_how_many_genes_were_compared():
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
            r"from large to small, came sizes \[1, 2\]",
        ),
        (lambda: ranked_path(["a", "b"], [1, 0], [2, 2]), r"large to small, came sizes \[2, 2\]"),
        (
            lambda: ranked_path(["a", "b"], [1, 0], [3]),
            "2 genes are ranked, too few for a panel of 3",
        ),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_of_size_names_the_sizes_there_are():
    with pytest.raises(KeyError, match="no panel of 3 genes; sizes: 2, 1"):
        ranked_path(["a", "b"], [1, 0], [1, 2]).of_size(3)


def test_files_bring_back_the_same_path(tmp_path):
    about = {"dataset": "Ü", "seed": 3, "settings": {"ratio": 0.7}}
    made = ranked_path(["g,1", 'g"2', "gγ"], [3.0, 1 / 3, -2e-9], [3, 1], among=[3, 3, 9])
    path = PanelPath(made.panels, made.ranking, about)
    path.save(tmp_path / "new")
    loaded = load_panels(tmp_path / "new" / "panels.json")
    assert (loaded.panels, loaded.about) == (path.panels, about)
    assert [(p.gene, p.rank, p.among) for p in loaded.ranking] == [
        (p.gene, p.rank, p.among) for p in path.ranking
    ]
    assert [p.score for p in loaded.ranking] == pytest.approx([p.score for p in path.ranking])
    first = (tmp_path / "new" / "panels.json").read_bytes()
    path.save(tmp_path / "new")
    assert (tmp_path / "new" / "panels.json").read_bytes() == first
    document = json.loads(first)
    assert list(document) == sorted(document)
    assert document["panels"][1] == {"genes": ["g,1"], "size": 1}
    (tmp_path / "new" / "ranking.csv").unlink()
    assert load_panels(tmp_path / "new" / "panels.json").ranking == ()


def test_another_format_is_refused(tmp_path):
    (tmp_path / "panels.json").write_text('{"format": 2, "panels": []}')
    with pytest.raises(ValueError, match="panels format must be 1, came 2; read it with"):
        load_panels(tmp_path / "panels.json")


def test_annotate_marks_a_copy():
    adata = make_adata(10, 5)
    marked = Panel(("g03", "g00")).annotate(adata)
    assert marked.var["spinn_rank"].tolist() == [2, 0, 0, 1, 0]
    assert marked.var["spinn_selected"].tolist() == [True, False, False, True, False]
    assert list(marked.uns["spinn"]["genes"]) == ["g03", "g00"]
    assert marked.uns["spinn"]["size"] == 2
    assert list(adata.var.columns) == []
    with pytest.raises(KeyError, match=r"1 of 2 panel genes absent: \['x'\]"):
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


@given(data=st.data())
def test_saved_panels_are_loaded_again(data, tmp_path_factory):
    printable = st.text(st.characters(categories=["L", "N"]), min_size=1)
    genes = data.draw(st.lists(printable, min_size=1, max_size=9, unique=True))
    sizes = data.draw(st.lists(st.integers(1, len(genes)), min_size=1, unique=True))
    scores = [1 / (3 + i) for i in range(len(genes))]
    made = ranked_path(genes, scores, sizes)
    path = PanelPath(made.panels, made.ranking, {"seed": 3})
    folder = tmp_path_factory.mktemp("panels")
    path.save(folder / "panel.json")
    loaded = load_panel(folder / "panel.json")
    assert (loaded.panels, loaded.about) == (path.panels, path.about)
    assert [(r.gene, r.rank) for r in loaded.ranking] == [(r.gene, r.rank) for r in path.ranking]
    path.save(str(folder / "panel.csv"))
    assert load_panel(folder / "panel.csv") == PanelPath(path.panels, ())
    path.save(folder / "run")
    assert load_panel(folder / "run").panels == path.panels


@pytest.mark.parametrize(
    ("name", "text", "panels"),
    [
        ("a.txt", "CD3E\n\n MS4A1 \n", [("CD3E", "MS4A1")]),
        ("a.csv", "note,gene\nx,CD3E\ny,MS4A1\n", [("CD3E", "MS4A1")]),
        ("a.csv", "gene,rank\nCD3E,10\nMS4A1,9\n", [("MS4A1", "CD3E")]),
        ("a.csv", "gene,rank,size\nA,1,1\nA,2,2\nB,1,2\n", [("B", "A"), ("A",)]),
    ],
)
def test_other_people_s_lists_are_read(name, text, panels, tmp_path):
    (tmp_path / name).write_text(text)
    assert [panel.genes for panel in load_panel(tmp_path / name).panels] == panels


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "\n", "a.txt: must name one gene at least, came none"),
        ("a.txt", "A\nA\n", "a.txt: panel genes must be distinct; repeated: A"),
        ("a.csv", "name\nA\n", "a.csv: must have a column gene, came name"),
        ("a.csv", "gene,rank\nA,first\n", "a.csv: ranks must be whole numbers"),
    ],
)
def test_what_is_no_list_is_told(name, text, message, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        load_panel(tmp_path / name)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"saved as .json, .csv or a folder, came panel.xlsx"):
        ranked_path(["a"], [1.0], [1]).save(tmp_path / "panel.xlsx")


def test_examples():
    assert doctest.testmod(spinn.panel).failed == 0


@pytest.mark.parametrize("text", ['["A"]', "{", "A"])
def test_what_is_no_file_of_panels_is_refused(tmp_path, text):
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ValueError, match=r"mine\.json: must hold panels as spinn writes them"):
        load_panel(tmp_path / "mine.json")


def test_a_file_that_is_not_there(tmp_path):
    for name in ("mine.json", "mine.txt", "."):
        with pytest.raises(FileNotFoundError, match="no such file: "):
            load_panel(tmp_path / name)
