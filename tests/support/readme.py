"""The README's commands and examples, and a folder in which they can run."""

import re

import numpy as np

from tests.support.cells import make_adata
from tests.support.workflow import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Continuous integration runs these itself: see .ci/run.
BY_CI = {"git clone <this repository> spinn && cd spinn", "make run"}


def blocks(language):
    """Return the README's blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands(*programs):
    """Return the README's commands; of some programs, where any are named."""
    lines = "\n".join(blocks("sh")).splitlines()
    stripped = [line.partition("#")[0].strip() for line in lines if line.strip()]
    return [line for line in stripped if not programs or line.split()[0] in programs]


def example(word):
    """Return the one Python block of the README that has a word."""
    (code,) = [block for block in blocks("python") if word in block]
    return code


def furnish(folder):
    """Write the files that the README's commands speak of, small."""
    (folder / "my.yaml").write_text(blocks("yaml")[0])
    adata = make_adata(150, 150)
    adata.var_names = ["CD3E", *(f"g{i:03}" for i in range(1, 150))]
    adata.obs = adata.obs.rename(columns={"type": "cell_type"})
    adata.write_h5ad(folder / "cells.h5ad")
    vendor = np.random.default_rng(0).permutation(adata.var_names)[:64]
    (folder / "vendor.txt").write_text("\n".join(vendor))
    (folder / "base_panel.csv").write_text("\n".join(["Genes", *vendor[:30], "absent"]))
    return folder
