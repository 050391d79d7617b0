"""Files of panels: what is saved is read again, and any list of genes is understood."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.panel import PanelPath, ranked_path
from spinn.panel_files import load_panel, read_panels


def test_saving_and_reading_gives_the_same_path(tmp_path):
    about = {"dataset": "Ü", "seed": 3, "settings": {"ratio": 0.7}}
    made = ranked_path(["g,1", 'g"2', "gγ"], [3.0, 1 / 3, -2e-9], [3, 1], among=[3, 3, 9])
    path = PanelPath(made.panels, made.ranking, about)
    path.save(tmp_path / "new")
    loaded = read_panels(tmp_path / "new" / "panels.json")
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
    assert read_panels(tmp_path / "new" / "panels.json").ranking == ()


def test_another_format_is_refused(tmp_path):
    (tmp_path / "panels.json").write_text('{"format": 2, "panels": []}')
    with pytest.raises(ValueError, match="panels format must be 1, got 2; read it with"):
        read_panels(tmp_path / "panels.json")


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
def test_any_list_of_genes_is_read(name, text, panels, tmp_path):
    (tmp_path / name).write_text(text)
    assert [panel.genes for panel in load_panel(tmp_path / name).panels] == panels


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "\n", "a.txt: must name at least one gene, got none"),
        ("a.txt", "A\nA\n", "a.txt: panel genes must be distinct; repeated: A"),
        ("a.csv", "name\nA\n", "a.csv: must have a column gene, got name"),
        ("a.csv", "gene,rank\nA,first\n", "a.csv: ranks must be whole numbers"),
    ],
)
def test_what_is_no_list_is_refused(name, text, message, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        load_panel(tmp_path / name)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "cells.h5ad").write_bytes(b"\x89HDF\r\n")
    with pytest.raises(ValueError, match=r"cells\.h5ad: must list genes as text"):
        load_panel(tmp_path / "cells.h5ad")


@pytest.mark.parametrize("text", ['["A"]', "{", "A"])
def test_what_is_no_file_of_panels_is_refused(tmp_path, text):
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ValueError, match=r"mine\.json: must hold panels as spinn writes them"):
        load_panel(tmp_path / "mine.json")


def test_a_missing_file_is_named(tmp_path):
    for name in ("mine.json", "mine.txt", "."):
        with pytest.raises(FileNotFoundError, match="no such file: "):
            load_panel(tmp_path / name)
