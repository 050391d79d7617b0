"""Names of genes: what an absent one may have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.names import gene_names, is_ensembl, near_matches, with_offers, without_version

KNOWN = (
    "CD3E",
    "Cd8a",
    "ENSG00000167286.17",
    "HLA-DRA",
    "MALAT1",
    "PDGFRB",
    "NKX2-1",
    "CD8B",
    "INVS",
)
WORDS = st.text("ABCDEG", min_size=6, max_size=9)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *[("cd3e", "CD3E"), ("CD8A", "Cd8a"), ("ENSG00000167286", "ENSG00000167286.17")],
        *[("ENSG00000167286.3", "ENSG00000167286.17"), ("HLA.DRA", "HLA-DRA")],
        *[("HLADRA", "HLA-DRA"), ("hla dra", "HLA-DRA"), ("NKX2_1", "NKX2-1")],
        *[("'CD3E'", "CD3E"), ("\u201cCD3E\u201d", "CD3E"), ("\u200bCD3E\ufeff", "CD3E")],
        *[("CD3E ", "CD3E"), ("GRCh38_CD3E", "CD3E"), ("mm10___Cd8a", "Cd8a")],
        *[("MALLAT1", "MALAT1"), ("PDGFRA", "PDGFRB"), ("GRCh38_cd3e", "CD3E")],
        # Another number is another gene, and another id too.
        *[("CD8C", None), ("CD3D", None), ("ENSG00000167287", None), ("nix", None), ("", None)],
        *[("MALAT2", None), ("\u200b", None), ("hg19_", None), ("INS", None)],
    ],
)
def test_what_a_name_may_have_meant(name, meant):
    assert near_matches([name], KNOWN) == ({} if meant is None else {name: meant})


def test_the_least_change_is_offered():
    assert near_matches(["cd3e"], ["CD-3E", "Cd3e", "CD3E"]) == {"cd3e": "Cd3e"}
    assert near_matches(["'Cd3e'"], ["CD3E", "Cd3e"]) == {"'Cd3e'": "Cd3e"}


@given(WORDS, st.sampled_from(["", "\u200b", '"', "'"]), st.sampled_from(["", "hg38_", "GRCm39_"]))
def test_whatever_stands_around_a_name_it_is_offered(word, quote, genome):
    written = f"{quote}{genome}{word.lower()}{quote}"
    assert near_matches([written], [word]) == {written: word}


@given(st.lists(WORDS, unique=True, max_size=8), st.lists(WORDS, unique=True, max_size=8))
def test_offers_are_known_and_no_name_is_offered_itself(names, known):
    near = near_matches(names, known)
    assert set(near.values()) <= set(known)
    assert all(name not in known for name in near)


def test_ensembl_ids_are_told_from_symbols():
    ids = ["ENSG00000167286", "ENSMUSG00000021457.4"]
    assert [name for name in [*ids, "ENSA", "CD3E", "ENST00000361763"] if is_ensembl(name)] == ids
    assert without_version("ENSG00000167286.17") == "ENSG00000167286"
    assert without_version("RP11-34P13.7") == "RP11-34P13.7"  # a clone's name, no version


def test_a_message_names_the_first_few():
    assert with_offers(["cd3e", "x"], KNOWN) == "cd3e (did you mean CD3E?), x"
    assert with_offers(list("abcdefg"), KNOWN) == "a, b, c, d, e and 2 more"


IDS = ("ENSG00000000001.4", "ENSG00000000002", "ENSG00000000003", "")
GENES = gene_names(["a", "b", "TBCE", "c"], ids=IDS, symbols=["CD3E", "TWIN", "b", "TWIN"])


@pytest.mark.parametrize(
    ("term", "name"),
    [
        *[("a", "a"), ("CD3E", "a"), ("ENSG00000000001", "a"), ("ENSG00000000001.9", "a")],
        *[("ENSG00000000002.1", "b"), ("TBCE", "TBCE"), ("cd3e", None), ("", None)],
        ("b", "b"),  # a name before another gene's symbol
    ],
)
def test_a_term_is_a_name_before_an_id_before_a_symbol(term, name):
    assert GENES.meant_by(term) == name


def test_a_symbol_of_several_genes_is_refused_with_their_ids():
    with pytest.raises(
        ValueError, match=r"'TWIN' is the symbol of 2 genes: b .ENSG00000000002., c; name one"
    ):
        GENES.meant_by("TWIN")
    twins = gene_names(["a", "b"], ids=["ENSG00000000001.1", "ENSG00000000001.2"])
    with pytest.raises(ValueError, match=r"'ENSG00000000001.1' is the id of 2 genes: a"):
        twins.meant_by("ENSG00000000001.1")
    assert twins.meant_by("a") == "a"
    assert GENES.shared("symbol") == {"TWIN": ["b", "c"]}
    assert twins.shared("id") == {"ENSG00000000001": ["a", "b"]}


def test_names_are_ids_or_symbols_where_no_column_says_more():
    genes = gene_names(["CD3E", "ENSMUSG00000021457.4"])
    assert genes.ids == ("", "ENSMUSG00000021457.4")
    assert genes.symbols == ("CD3E", "")
    assert genes.meant_by("ENSMUSG00000021457") == "ENSMUSG00000021457.4"
    assert genes.shown == {}
    assert GENES.shown == {"a": "CD3E", "b": "TWIN", "TBCE": "b", "c": "TWIN"}


def test_some_genes_keep_their_ids_and_symbols():
    some = GENES.of(["c", "a"])
    assert (some.names, some.ids, some.symbols) == (
        ("c", "a"),
        ("", "ENSG00000000001.4"),
        ("TWIN", "CD3E"),
    )


@given(st.lists(st.tuples(WORDS, WORDS), unique_by=(lambda pair: pair[0], lambda pair: pair[1])))
def test_every_symbol_that_is_no_name_finds_its_gene(pairs):
    names, symbols = [a for a, _ in pairs], [b for _, b in pairs]
    genes = gene_names(names, symbols=symbols)
    for name, symbol in pairs:
        assert genes.meant_by(name) == name
        assert symbol in names or genes.meant_by(symbol) == name
        assert near_matches([symbol.lower()], genes.words)
