"""Ensembl ids: upper case, without version; other names have none."""

import doctest

import pytest

from spinn.platforms import identifiers
from spinn.platforms.identifiers import ensembl_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ENSG00000167286", "ENSG00000167286"),
        ("ensmusg00000022037.15", "ENSMUSG00000022037"),
        (" ENSG00000167286.9 ", "ENSG00000167286"),
        ("ENST00000300692", ""),  # a transcript
        ("ENSG0000016728", ""),
        ("ENSG00000167286.x", ""),
        ("ENSA", ""),
        ("", ""),
    ],
)
def test_ids_are_told_from_other_names(name, expected):
    assert ensembl_id(name) == expected


def test_examples():
    assert doctest.testmod(identifiers).failed == 0
