"""Roles of genes: whether they distinguish types or vary within them."""

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.explanation.roles import roles, share_between_types
from spinn.panel import Panel
from tests.support.cells import TYPES, from_counts, make_data, without_counts
from tests.support.twins import twins


def test_a_gene_of_types_is_distinguished_from_one_of_structure():
    data = twins()
    share = share_between_types(data.of("train"))
    assert (share[:2] > 0.8).all()
    assert (share[2:6] < 0.1).all()
    table = roles(data, Panel(("g01", "g02")))
    assert table["role"].tolist() == [f"type {TYPES[2]}", "structure"]
    assert table["between_types"].tolist() == share[1:3].tolist()


def test_noise_does_not_hide_a_gene_of_types():
    """Of a gene's variance most is noise here; of its signal all lies between the types."""
    rng = np.random.default_rng(1)
    kind = np.arange(3000) % 3
    counts = sp.csr_matrix(rng.poisson(0.4 + 0.3 * kind[:, None], size=(3000, 5)).astype(np.int32))
    data = from_counts(counts, total=np.full(3000, 500), labels=kind)
    assert (share_between_types(data.of("train")) > 0.7).all()
    assert (share_between_types(without_counts(data).of("train")) < 0.4).all()


def test_without_labels_there_are_no_roles():
    data = from_counts(make_data(n_genes=12).counts)
    table = roles(data, Panel(("g01", "g02")))
    assert (table["role"] == "").all()
    assert table["between_types"].isna().all()
    with pytest.raises(ValueError, match="roles need labels"):
        share_between_types(data.of("train"))
