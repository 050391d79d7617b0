"""Another workflow takes spinn as a module: the example, from a folder of its own."""

import pandas as pd
import pytest
import yaml

from tests.support.workflow import ROOT, planned, snakemake

pytestmark = pytest.mark.slow
EXAMPLE = ROOT / "examples" / "embedding-workflow" / "Snakefile"
LITTLE = {
    "preprocess": {"n_top_genes": 100},
    "selectors": ["greedy", "markers"],
    "refit": {"max_steps": 40},
    "network": {"hidden": [16]},
    "evaluation": {"floor_panels": 2, "test_splits": 1, "bootstrap": 100},
}
# spinn's files below a prefix, its cells too; rule all of the outer workflow comes after them.
PREFIXED = """
module spinn:
    snakefile: "{root}/Snakefile"
    config: config
    prefix: "analysis"

use rule * from spinn as spinn_*

rule cells:
    output: "analysis/cells.h5ad"
    shell: "exit 1"

rule all:
    default_target: True
    input: "analysis/results/report.html"
"""


def little(folder):
    path = folder / "little.yaml"
    path.write_text(yaml.safe_dump({"spinn": LITTLE}))
    return path


def test_the_example_runs_from_another_folder(tmp_path):
    words = ["--snakefile", EXAMPLE, "--cores", 2, "--configfile", little(tmp_path)]
    done = snakemake(tmp_path, *words)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "embedding.png").stat().st_size > 10_000
    assert (tmp_path / "panels" / "report.html").is_file()
    panel = pd.read_csv(tmp_path / "panels/mine/split0/classification/panel_32.csv")
    assert panel["gene"].nunique() == 32
    assert not (tmp_path / "results").exists()
    assert "Nothing to be done" in snakemake(tmp_path, *words).stdout


def test_the_outer_workflow_says_what_is_made_and_the_config_what_is_chosen(tmp_path):
    words = ["--snakefile", EXAMPLE, "--configfile", little(tmp_path)]
    rules = planned(tmp_path, *words)
    assert {"filter_cells", "embed", "spinn_prepare", "spinn_select_baselines"} <= rules.keys()
    assert "spinn_select_recommended" not in rules  # not in the config
    assert planned(tmp_path, "filter_cells", *words) == {"filter_cells": 1}


def test_a_prefix_holds_all_of_spinns_files(tmp_path):
    cells = {"path": "cells.h5ad", "values": "lognorm"}
    config = {"datasets": {"mine": cells}, "tasks": ["reconstruction"], "selectors": ["greedy"]}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    (tmp_path / "Snakefile").write_text(PREFIXED.format(root=ROOT))
    rules = planned(tmp_path, "--configfile", "config.yaml")
    assert rules["cells"] == rules["spinn_prepare"] == 1


def test_cells_that_no_rule_makes_are_named(tmp_path):
    config = yaml.safe_load((EXAMPLE.parent / "config.yaml").read_text())
    config["spinn"]["datasets"]["mine"]["path"] = "other.h5ad"
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(config))
    done = snakemake(tmp_path, "-n", "--snakefile", EXAMPLE, "--configfile", "wrong.yaml")
    assert done.returncode != 0
    assert "Missing input files for rule spinn_prepare" in done.stdout
    assert "other.h5ad" in done.stdout
