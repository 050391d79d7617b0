"""Lists as users bring them: what of them is judged, and that no two are mixed up."""

from hypothesis import given
from hypothesis import strategies as st

from spinn.interface.lists import as_paths, in_data, that_vary
from spinn.names import gene_names
from spinn.panel import Panel, PanelPath
from tests.support.cells import make_data

DATA = make_data(30, 6)
KNOWN = [*DATA.genes, "constant"]  # in the input, and dropped by preparation
WORD = st.sampled_from([*KNOWN, "nix", "nox"])
WORDS = st.lists(WORD, min_size=1, max_size=6, unique=True)


def minus(words, others):
    return tuple(word for word in words if word not in others)


@st.composite
def paths(draw):
    """Panels of several sizes, each with a gene of the prepared cells."""
    panels = {}
    for words in draw(st.lists(WORDS, min_size=1, max_size=4)):
        genes = list(dict.fromkeys([draw(st.sampled_from(DATA.genes)), *words]))
        base = minus(draw(st.lists(WORD, max_size=4, unique=True)), genes)
        slots = draw(st.sampled_from([(), ("Cre",)]))
        panels[len(genes) + len(slots)] = Panel(tuple(genes), base, slots)
    return PanelPath(tuple(panels[size] for size in sorted(panels, reverse=True)), ())


@given(st.dictionaries(st.sampled_from(["a", "b", "0 a", "1 a"]), paths(), min_size=1))
def test_every_panel_keeps_its_genes_that_vary_and_is_told_from_all_others(lists):
    judged = that_vary(in_data(as_paths(lists), gene_names(KNOWN), missing="drop"), DATA)
    given_panels = [(name, panel) for name, path in lists.items() for panel in path.panels]
    assert len(judged) == len(given_panels)
    for one, (name, panel) in zip(judged, given_panels, strict=True):
        assert (one.name, one.size) == (name, panel.size)
        assert list(one.panel.genes) == [g for g in panel.measured if g in DATA.position]
    assert len({(one.key, one.panel.size) for one in judged}) == len(judged)
    assert {one.name for one in judged if one.key == judged[0].key} == {judged[0].name}


def test_the_panels_of_a_path_that_lose_nothing_are_one_run():
    path = PanelPath((Panel(("g00", "g01", "g02")), Panel(("g00", "g01"))), ())
    judged = that_vary(in_data({"a": path}, gene_names(KNOWN), missing="error"), DATA)
    assert {one.key for one in judged} == {"0 a"}
