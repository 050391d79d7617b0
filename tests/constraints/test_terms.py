"""Terms: which genes they stand for, and which are refused."""

import re

import pytest

from spinn.constraints.rules import GeneRules
from spinn.constraints.terms import is_family, matched, members, union

GENES = ("CD3E", "LOC12", "MT-CO1", "MT-ND1", "RPS2", "RPS27", "XLOC3")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("CD3E", ["CD3E"]),
        ("CD3", []),
        ("prefix:RPS", ["RPS2", "RPS27"]),
        ("prefix:MT-", ["MT-CO1", "MT-ND1"]),
        ("prefix:rps", []),
        ("regex:^LOC[0-9]+", ["LOC12"]),
        ("regex:LOC[0-9]+", ["LOC12", "XLOC3"]),
        ("regex:^RPS.$", ["RPS2"]),
    ],
)
def test_a_term_stands_for_a_name_or_a_family(term, expected):
    assert members(term, GENES) == expected
    assert matched([term], GENES) == {term: expected}
    assert is_family(term) == (":" in term)


def test_each_gene_once_in_the_terms_order():
    genes_of = matched(["MT-ND1", "prefix:MT-", "CD3E"], GENES)
    assert union(genes_of) == ["MT-ND1", "MT-CO1", "CD3E"]


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("prefix:", "'prefix:' names no family; write prefix:RPS or regex:"),
        ("family:", "'family:' names no family; write prefix:RPS or regex:"),
        ("family:ribosomial", "'family:ribosomial' is not known; did you mean family:ribosomal"),
        ("family:x", "'family:x' is not known; there is mitochondrial, ribosomal, "),
        ("regex:(", r"'regex:\(' is not a valid regular expression: missing \)"),
    ],
)
def test_invalid_terms_are_refused(term, message):
    for rules in ({"required": (term,)}, {"excluded": (term,)}, {"rows": ({"gene": term},)}):
        with pytest.raises(ValueError, match=message):
            GeneRules(**rules)


@pytest.mark.parametrize("term", ["prefx:RPS", "Prefix:RPS", "regexp:^RPS", "familly:ribosomal"])
def test_misspelt_families_are_refused(term):
    with pytest.raises(
        ValueError, match=f"'{re.escape(term)}' is no family; did you mean (pre|re|fam)"
    ):
        GeneRules(excluded=(term,))


@pytest.mark.parametrize("term", ["prefix:RPS", "regex:^RPS", "family:ribosomal"])
def test_families_read_symbols_where_there_are_any(term):
    genes, symbols = ("ENSG01", "RPS27", "ENSG02"), {"ENSG01": "RPS2", "ENSG02": "CD3E"}
    assert members(term, genes, symbols) == ["ENSG01", "RPS27"]
    assert matched([term, "RPS2"], genes, symbols) == {term: ["ENSG01", "RPS27"], "RPS2": []}


def test_names_may_hold_a_colon():
    assert members("mt:CoI", ["mt:CoI", "a"]) == ["mt:CoI"]
