"""A user's names, ids and symbols made names of the data."""

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from spinn.constraints.matching import log_absent, with_names
from spinn.constraints.rules import GeneRules
from spinn.names import gene_names

IDS = [f"ENSG{i:011d}" for i in range(6)]
SYMBOLS = ["CD3E", "RPS2", "RPS27", "MS4A1", "TWIN", "TWIN"]
GENES = gene_names(IDS, symbols=SYMBOLS)


def resolved(**rules):
    return with_names(GeneRules(**rules), GENES).resolve(GENES.names, np.zeros(6))


def test_terms_match_by_name_id_or_symbol():
    constraints = resolved(
        required=("MS4A1", IDS[0], f"{IDS[0]}.7"),
        excluded=("family:ribosomal", "nix"),
        rows=({"gene": "TWIN-1", "cost": 3.0}, {"gene": "CD3E", "cost": 2.0}),
    )
    assert constraints == Constraints((IDS[3], IDS[0]), (IDS[1], IDS[2]), cost={IDS[0]: 2.0})


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"excluded": ("TWIN",)}, f"genes.excluded: 'TWIN' is the symbol of 2 genes: {IDS[4]}, "),
        ({"required": ("CD3E",), "excluded": (IDS[0],)}, f"both required and excluded: {IDS[0]}"),
        (
            {"rows": ({"gene": "CD3E", "cost": 1.0}, {"gene": IDS[0], "cost": 2.0})},
            f"the gene table has more than one row for {IDS[0]}",
        ),
    ],
)
def test_one_gene_under_two_names_or_two_under_one_are_refused(rules, message):
    with pytest.raises(ValueError, match=message):
        resolved(**rules)


def test_an_absent_gene_is_offered_by_its_symbol():
    with pytest.raises(KeyError, match=r"absent from the data: cd3e .did you mean CD3E"):
        resolved(required=("cd3e",))


def test_absent_names_are_told_with_what_they_may_have_meant(caplog):
    caplog.set_level("INFO")
    rules = GeneRules(excluded=("ms4a1", "prefix:X"), rows=({"gene": "nix", "cost": 1.0},))
    log_absent(with_names(rules, GENES), GENES)
    assert caplog.messages == [
        "genes.excluded: 1 of 2 absent from the data: ms4a1 (did you mean MS4A1?)",
        "genes.table: 1 of 1 absent from the data: nix",
    ]
    assert [each.levelname for each in caplog.records] == ["WARNING", "INFO"]
