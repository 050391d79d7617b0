"""Families by their common name: which symbols belong, in human and mouse, and which look alike."""

import pytest

from spinn.constraints.families import FAMILIES

MEMBERS = {
    "mitochondrial": "MT-CO1 mt-Nd4l MT-RNR2",
    "ribosomal": "RPS2 RPSA RPS3A RPS4X RPS4Y1 RPS27L RPS27A RPL3 RPL3L RPL36AL RPL7L1 RPL26L1 "
    "RPLP0 RPLP2 RPL41 Rps6 Rpl13a Rps27rt Rps3a1 Rpl36a-ps1 Rps19-ps6 RPS2P5 RPS27AP1 RPSAP58",
    "hemoglobin": "HBA1 HBA2 HBB HBD HBE1 HBG1 HBG2 HBM HBQ1 HBZ Hba-a1 Hba-a2 Hbb-bs Hbb-bt Hbb-y "
    "Hbq1a",
    "immunoglobulin": "IGHM IGHD IGHA1 IGHG1 IGHGP IGKC IGLC2 IGHV3-23 IGKV1-5 IGLJ1 Ighg2b Igkc "
    "Ighv1-72 Ighe",
    "t_cell_receptor": "TRAC TRBC1 TRDC TRGC2 TRAV1-2 TRAV29DV5 TRBV20-1 TRDJ1 Trgv2 Trac Tcrg-C1",
}
OTHERS = """
    RPS6KA1 RPS6KB2 RPS19BP1 MRPS2 MRPL10 RPAP1 RPL RPS RPGR HBEGF HBP1 HBS1L IGHMBP2 IGF1 IGSF1
    IGLL1 TRAF1 TRADD TRAP1 TRDN TRGP TRBP MTOR MTHFR MT1X MT2A CD3E MT-
"""
BELONGS = [(family, symbol) for family, text in MEMBERS.items() for symbol in text.split()]


@pytest.mark.parametrize(("family", "symbol"), BELONGS)
def test_a_member_belongs_to_its_family_alone(family, symbol):
    assert [name for name, whole in FAMILIES.items() if whole.fullmatch(symbol)] == [family]


@pytest.mark.parametrize("symbol", OTHERS.split())
def test_what_looks_alike_belongs_to_none(symbol):
    assert not [name for name, whole in FAMILIES.items() if whole.fullmatch(symbol)]
