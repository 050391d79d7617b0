"""Checks of an order: every rule has its line, and what is not known is never met."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.platforms.checks import checks
from spinn.platforms.load_checks import load_answer
from spinn.platforms.platform import Platform, Rule
from spinn.platforms.reader import platform_names, read_platform
from tests.support.orders import gene

V1 = read_platform("xenium_v1")
GENES = [gene(f"g{i}", 1.0, 5.0, id=f"ENSG{i:011}") for i in range(64)]


def lines(genes=GENES, platform=V1, **given_too):
    return {line.rule: line for line in checks(genes, platform, **given_too)}


def limit(key, value):
    return Rule(f"load.{key}", value, "molecules per cell", "us", "2026-11", "read")


def answer(key, value, *genes):
    return load_answer(key, limit(key, value), genes)


@pytest.mark.parametrize("name", platform_names())
def test_every_rule_has_a_line_with_its_source(name):
    platform = read_platform(name)
    made = lines(platform=platform)
    rules = [rule for rule in platform.rules if not rule.name.startswith("sizes.")]
    assert set(made) == {"sizes", "genes.available", *(rule.name for rule in rules)}
    for rule in rules:
        assert made[rule.name].source == f"{rule.source}, {rule.date}"
        assert made[rule.name].mark == rule.mark
        if rule.value is None or rule.name.startswith("facts."):
            assert made[rule.name].met == "unknown"


@pytest.mark.parametrize(
    ("n", "met", "note"),
    [
        (1, "yes", "as an add-on"),
        (100, "yes", "as an add-on"),
        (101, "yes", "as a panel of its own"),
        (480, "yes", "as a panel of its own"),
        (481, "no", ""),
    ],
)
def test_sizes_are_those_of_add_ons_and_of_panels_of_their_own(n, met, note):
    line = lines([gene(f"g{i}") for i in range(n)])["sizes"]
    assert (line.value, line.met, line.note) == (f"{n} genes", met, note)
    assert line.limit == "101 to 480 as a panel of its own, 1 to 100 as an add-on"
    assert line.mark == "second hand"


def test_an_unknown_size_is_not_met():
    line = lines(platform=read_platform("merscope"))["sizes"]
    assert (line.limit, line.met) == ("not known", "unknown")


def test_heavy_and_silent_genes_are_named():
    genes = [gene("MALAT1", 90.0, 150.0), gene("A", 0.01, 0.05), gene("B", 2.0, 50.0)]
    made = lines(genes)
    heavy, silent = made["load.max_per_type"], made["load.min_in_some_type"]
    assert (heavy.met, silent.met) == ("no", "no")
    assert heavy.value == "MALAT1 150 in T"
    assert heavy.limit.startswith("at most 50 molecules per cell")
    assert heavy.note.startswith("above it: MALAT1 150 in T; ")
    assert silent.note.startswith("below it: A 0.05 in T; ")
    assert {made[name].met for name in ("load.max_per_type", "load.min_in_some_type")} == {"no"}


def test_a_mean_of_all_cells_shows_only_what_it_can():
    everywhere = {"load_type": "all"}
    assert answer("max_per_type", 100, gene("A", 101.0, 101.0, **everywhere)).met == "no"
    below = answer("max_per_type", 100, gene("A", 50.0, 50.0, **everywhere))
    assert (below.met, below.note) == ("unknown", "not known without cell types: A 50 in all")
    assert answer("min_in_some_type", 0.1, gene("A", 0.2, 0.2, **everywhere)).met == "yes"
    assert answer("min_in_some_type", 0.1, gene("A", 0.05, 0.05, **everywhere)).met == "unknown"
    assert answer("max_per_gene", 100, gene("A", 50.0, 50.0, **everywhere)).met == "yes"


def test_loads_that_are_not_known_or_of_another_unit():
    assert answer("max_per_type", 3, gene("A")).note.startswith("no load is known")
    scaled = gene("A", 1.0, 1.0, load_unit="molecules per 10,000 molecules")
    made = answer("max_per_type", 3, scaled)
    assert made.met == "unknown"
    assert made.note.startswith("loads are in molecules per 10,000 molecules")
    partly = answer("max_per_type", 3, gene("A", 1.0, 2.0), gene("B"))
    assert (partly.met, partly.note) == ("unknown", "no load of 1 gene")
    assert answer("max_per_type", 3, gene("A", 1.0, 4.0), gene("B")).met == "no"


def test_a_total_is_known_between_two_bounds():
    genes = gene("A", 1.0, 3.0), gene("B", 1.0, 2.0), gene("C", 1.0, 4.0, load_type="B")
    assert answer("max_total_per_type", 4.9, *genes) == (
        *("5 to 9 (T)", "at most 4.9 molecules per cell"),
        *("no", ""),
    )
    assert answer("max_total_per_type", 9, *genes).met == "yes"
    assert answer("max_total_per_type", 7, *genes).met == "unknown"
    assert answer("max_total_per_type", 9, *genes, gene("D")).met == "unknown"


LOADS = st.lists(st.floats(0, 200), min_size=1, max_size=8)


@given(
    loads=LOADS, value=st.floats(0.1, 200), key=st.sampled_from(["max_per_type", "max_per_gene"])
)
def test_a_limit_is_met_where_all_loads_keep_it(loads, value, key):
    genes = [gene(f"g{i}", load, load) for i, load in enumerate(loads)]
    assert (answer(key, value, *genes).met == "yes") == all(load <= value for load in loads)
    floor = answer("min_in_some_type", value, *genes)
    assert (floor.met == "yes") == all(load >= value for load in loads)


def test_genes_advised_against_are_named_whatever_their_case():
    line = lines([gene("Actb"), gene("CD3E")])["genes.advised_against"]
    assert (line.value, line.met, line.note) == ("1 of them", "no", "in it: Actb")
    assert lines()["genes.advised_against"].met == "yes"
    unnamed = [replace(gene("ENSG00000000001"), symbol="")]
    assert lines(unnamed)["genes.advised_against"].met == "unknown"


def test_each_gene_needs_an_id_of_its_own():
    assert lines()["submission.columns"].met == "yes"
    line = lines([*GENES, gene("new")])["submission.columns"]
    assert (line.value, line.met) == ("64 of 65 with an Ensembl id", "no")
    assert line.note.startswith("without an id, left empty: new; ")
    twice = lines([*GENES, replace(GENES[0], name="other")])["submission.columns"]
    assert (twice.met, twice.note[:27]) == ("no", "an id twice: ENSG0000000000")


def test_references_and_lists_of_what_can_be_made():
    assert lines()["reference.max_gb"].met == "unknown"
    assert lines(reference_gb=1.9)["reference.max_gb"].met == "yes"
    assert lines(reference_gb=2.1)["reference.max_gb"].met == "no"
    assert lines()["genes.available"].met == "unknown"
    ids = frozenset(each.id for each in GENES[1:])
    line = lines(available=ids)["genes.available"]
    assert (line.value, line.met, line.note) == ("63 of 64", "no", "not on it: g0")
    assert lines(available=ids | {"g0"})["genes.available"].met == "yes"
    assert lines([gene("A")], available=frozenset({""}))["genes.available"].met == "no"


def test_columns_without_ids_need_none():
    columns = {"Symbol": "symbol"}
    rule = Rule("submission.columns", columns, "columns", "us", "2026-11", "read")
    line = lines([gene("A")], Platform("ours", "Ours", (rule,)))["submission.columns"]
    assert (line.limit, line.met) == ("Symbol", "yes")


def test_three_genes_may_not_crowd_out_a_large_panel():
    few = [gene(f"G{i}", 1.0, 2.0) for i in range(23)]
    assert lines(few)["load.max_share_of_three"].met == "yes"
    assert "at least 24 genes" in lines(few)["load.max_share_of_three"].note
    heavy = [gene(f"H{i}", 20.0, 30.0) for i in range(3)]
    crowded = lines([*few, *heavy])["load.max_share_of_three"]
    assert (crowded.met, crowded.value) == ("no", "0.72 (H0, H1, H2)")
    assert lines([*few, gene("X"), *few[:0]])["load.max_share_of_three"].met == "unknown"
