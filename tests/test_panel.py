"""Panels and paths: nested, distinct, and the same after a journey through files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.panel import Panel, PanelPath, load_panels, ranked_path
from tests.cells import make_adata

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
