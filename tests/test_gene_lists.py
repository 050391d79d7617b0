"""Lists of genes as vendors write them: headings in any case, comments, controls left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.gene_lists import list_rows
from spinn.panel_files import load_panel

IDS = {"CD3E": "ENSG00000198851", "MS4A1": "ENSG00000156738"}


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        (
            "base.csv",
            "Genes,Ensembl_ID,Num_Probesets,Codewords,Annotation\n"
            'CD3E,ENSG00000198851,8,1,"T cells, all"\nMS4A1,ENSG00000156738,8,1,B\n',
            IDS,
        ),
        (
            "targets.csv",
            "Gene,Ensembl ID,Probe sets,Force\nCD3E,ENSG00000198851,,\nMS4A1,ENSG00000156738,,\n",
            IDS,
        ),
        (
            "available.csv",
            "\ufeff# human\nSpecies,Ensembl ID,Gene symbol\nHuman,ENSG00000198851,CD3E\n"
            "# the end\nHuman,ENSG00000156738,MS4A1\n",
            IDS,
        ),
        ("list.tsv", '"GENE SYMBOL"\tensembl-id\nCD3E\tENSG00000198851\nMS4A1\t\n', None),
        ("excel.csv", "symbol;note\nCD3E;a, b\nMS4A1;\n", {}),
        ("text.txt", "gene\nCD3E\n# a comment\n'MS4A1'\n", {}),
        ("text.txt", "\ufeffCD3E\r\n\r\n MS4A1 \r\n", {}),
        ("table.txt", "Gene\tEnsembl ID\nCD3E\tENSG00000198851\nMS4A1\t\n", None),
    ],
)
def test_vendors_tables_are_read(name, text, ids, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    path = load_panel(tmp_path / name)
    assert path.genes == ["CD3E", "MS4A1"]
    expected = {"CD3E": IDS["CD3E"]} if ids is None else ids
    assert path.about == ({"ids": expected} if expected else {})


def test_forced_genes_of_a_submission_file_stay_required(tmp_path):
    text = "Gene,Ensembl ID,Probe sets,Force\nCD3E,ENSG00000198851,,forced\nMS4A1,,,\n"
    (tmp_path / "targets.csv").write_text(text)
    path = load_panel(tmp_path / "targets.csv")
    assert [row["required"] for row in path.explained(2)] == ["yes", "no"]
    assert path.about["ids"] == {"CD3E": IDS["CD3E"]}


def test_a_gene_without_a_symbol_goes_by_its_id(tmp_path):
    (tmp_path / "a.csv").write_text("Gene,Ensembl ID\n,ENSG00000198851\n,\nMS4A1,\n")
    assert load_panel(tmp_path / "a.csv").genes == ["ENSG00000198851", "MS4A1"]
    (tmp_path / "a.csv").write_text("gene_id\nENSG00000198851\n")
    assert load_panel(tmp_path / "a.csv").genes == ["ENSG00000198851"]


def target(name, identifier, descriptor="gene"):
    kind = {"data": {"name": name, "id": identifier}}
    return {"type": kind if descriptor is None else {**kind, "descriptor": descriptor}}


def test_the_genes_of_a_run_are_read_without_its_controls(tmp_path):
    targets = [
        target("CD3E", IDS["CD3E"]),
        target("NegControlProbe_1", "", "negative_control_probe"),
        target("MS4A1", IDS["MS4A1"], None),
        target("BLANK", "", "control"),
    ]
    file = tmp_path / "gene_panel.json"
    file.write_text(json.dumps({"metadata": {}, "payload": {"targets": targets}}))
    path = load_panel(file)
    assert (path.genes, path.about) == (["CD3E", "MS4A1"], {"ids": IDS})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"payload": {}}, r"gene_panel\.json: must hold payload\.targets"),
        ({"payload": 3}, r"gene_panel\.json: must hold payload\.targets"),
        ({"payload": {"targets": []}}, "must name at least one gene, got none"),
        ({"payload": {"targets": [3, {"type": {}}]}}, "must name at least one gene, got none"),
        (
            {"payload": {"targets": [target("A", ""), target("A", "")]}},
            "must be distinct; repeated: A",
        ),
    ],
)
def test_other_documents_are_refused(document, message, tmp_path):
    (tmp_path / "gene_panel.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match=message):
        load_panel(tmp_path / "gene_panel.json")


def test_a_table_needs_a_column_of_genes(tmp_path):
    for name, text, got in (("a.tsv", "name\tid2\nA\tB\n", "name, id2"), ("a.csv", "", "nothing")):
        (tmp_path / name).write_text(text)
        with pytest.raises(ValueError, match=rf"{name}: must have a column gene, got {got}"):
            load_panel(tmp_path / name)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1).filter(
    lambda word: word.casefold() not in ("gene", "genes", "symbol", "symbols")
)


@given(genes=st.lists(WORDS, min_size=1), heading=st.sampled_from(["gene", "GENES", "Gene_Symbol"]))
def test_a_heading_changes_nothing(genes, heading):
    plain = list_rows("\n".join(genes), is_table=False)
    assert [row["gene"] for row in plain] == genes
    for is_table in (True, False):
        assert list_rows("\n".join([heading, *genes]), is_table=is_table) == plain
