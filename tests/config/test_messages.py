"""What `check` says of a config that cannot be run."""

import re

import pytest
import yaml

from spinn.config.check import ConfigError, check

BASE = {"datasets": {"mine": {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}}}
WHOLE = "must be a whole number of at least"
NO_FILE = "paths are relative to the folder where snakemake runs"

# The YAML that a user adds to BASE, and how the answer begins (`$`: how it ends as well).
NAMES_AND_KEYS = [
    (
        "selectors: [pca, hvg, bernouli-rfe]",
        "selectors[2]: 'bernouli-rfe' is not a selector; did you mean 'bernoulli-rfe'?$",
    ),
    (
        "tasks: [classify, xy]",
        "tasks[0]: 'classify' is not a task; did you mean 'classification'? (and 1 more)$",
    ),
    (
        "tasks: [xy]",
        "tasks[0]: 'xy' is not a task; must be one of reconstruction, classification, regression, "
        "hurdle$",
    ),
    (
        "network: {activation: ELU}",
        "network.activation: 'ELU' is not an activation; did you mean 'elu'?$",
    ),
    ("noise: no", "noise: false is not a way to treat noise; must be one of split, hidden, none$"),
    ("training: {pateince: 3}", "training.pateince: unknown key; did you mean 'patience'?$"),
    ("lr: 0.1", "lr: unknown key; did you mean 'training.lr'?$"),
    (
        "max_steps: 9",
        "max_steps: unknown key; did you mean 'training.max_steps' or 'rfe.max_steps' or "
        "'refit.max_steps'?$",
    ),
    ("rfe: {zz: 9}", "rfe.zz: unknown key; the keys here are ratio, max_steps$"),
    ("datsets: {}", "datsets: unknown key; did you mean 'datasets'?$"),
    (
        "datasets: {a: {}}",
        "datasets.a.path: missing; must be the path or URL of an .h5ad or .zarr, or "
        "scanpy:pbmc68k_reduced$",
    ),
    ("datasets: {}", "datasets: must be a section with one name (such as 'mine:') per data set, g"),
]
TYPES_AND_RANGES = [
    ("panel_sizes: [eight]", f"panel_sizes[0]: {WHOLE} 1, got 'eight'$"),
    ("panel_sizes: [8, 0]", f"panel_sizes[1]: {WHOLE} 1, got 0$"),
    ("panel_sizes: [8.0]", f"panel_sizes[0]: {WHOLE} 1, got 8.0$"),
    ("seeds: [yes]", f"seeds[0]: {WHOLE} 0, got true$"),
    ("seeds: ['1.5']", f"seeds[0]: {WHOLE} 0, got '1.5'$"),
    ("seeds: []", "seeds: must be a list of at least one whole number, got []$"),
    ("seeds: [1, 2, 1]", "seeds: 1 is given twice; give each once$"),
    ("split: {test: 1.5}", "split.test: must be a number between 0 and 1, got 1.5$"),
    ("split: {test: .nan}", "split.test: must be a number between 0 and 1, got nan$"),
    ("split: {test: nan}", "split.test: must be a number between 0 and 1, got 'nan'$"),
    (
        "training: {basis: most}",
        "training.basis: must be a whole number of at least 1, or full, got 'most'$",
    ),
    ("results: ~/runs", "results: must be a folder's path without ~, { or }, got '~/runs'$"),
    (
        f"genes: {{required: {{long: {'x' * 99}}}}}",
        "genes.required: must be a list of genes and families, or the path of a file of them, "
        f"got {{'long': '{'x' * 47}...$",
    ),
]
REMEDIES = [
    (
        "training: {lr: 1e-3}",
        "training.lr: must be a number above 0, got '1e-3'; write 0.001, unquoted and in a config "
        "file$",
    ),
    ("seeds: ['3']", f"seeds[0]: {WHOLE} 0, got '3'; write 3, unquoted and in a config file$"),
    ("seeds: 3", "seeds: must be a list of at least one whole number, got 3; write [3]$"),
    ("tasks: hurdle", "tasks: must be a list of at least one task, got 'hurdle'; write [hurdle]$"),
    (
        "genes: {required: [NO]}",
        "genes.required[0]: must be a gene's name, prefix:TEXT, regex:PATTERN or family:NAME, "
        "got false; put it in quotes$",
    ),
    (
        "training:",
        "training: must be a section of keys and values, got null; leave the key out for its "
        "default$",
    ),
]
DATA_SETS = [
    (
        "datasets: {a: {path: 'scanpy:pbmc3k', label: x}}",
        "datasets.a.path: must be scanpy:pbmc68k_reduced, got 'scanpy:pbmc3k'; save other sets as "
        ".h5ad$",
    ),
    (
        "datasets: {a: {path: x.h5ad, label: x}}",
        f"datasets.a.path: no such file: 'x.h5ad'; {NO_FILE}$",
    ),
    ("datasets: {a: {path: x.zarr}}", f"datasets.a.path: no such file: 'x.zarr'; {NO_FILE} (and 1"),
    (
        "datasets: {a: {path: 'https://example.org/x.txt'}}",
        "datasets.a.path: must end in .h5ad or .zarr, or be scanpy:pbmc68k_reduced, got 'https:",
    ),
    (
        "datasets: {a: {path: 'scanpy:pbmc68k_reduced'}}",
        "datasets.a.label: must be an obs column for 'classification' (tasks) and 'markers' "
        "(selectors), got null; name one, or leave those out$",
    ),
    (
        "{tasks: [hurdle], datasets: {a: {path: 'scanpy:pbmc68k_reduced'}}}",
        "datasets.a.label: must be an obs column for 'markers' (selectors), got null; name one",
    ),
    (
        "tasks: [regression]",
        "datasets.mine.targets: must be at least one obs column or obsm/NAME for 'regression' "
        "(tasks), got []$",
    ),
]
CONTRADICTIONS = [
    (
        "panel_sizes: [9, 3000]",
        "panel_sizes: must be at most preprocess.n_top_genes (2000), got 3000$",
    ),
    (
        "{panel_sizes: [9, 2], genes: {required: [a, b, c]}}",
        "panel_sizes: must leave room for all 3 genes of genes.required, got 2$",
    ),
    (
        "split: {valid: 0.5, test: 0.5}",
        "split: valid + test must be below 1, got 0.5 + 0.5; the rest trains$",
    ),
    (
        "genes: {required: [a, b], excluded: [b]}",
        "genes.excluded: 'b' is in genes.required too; keep it in one$",
    ),
    (
        "genes: {table: x.csv, excluded: y.txt}",
        f"genes.excluded: no such file: 'y.txt'; {NO_FILE} (and 1 more)$",
    ),
]


@pytest.mark.parametrize(
    ("added", "line"),
    [*NAMES_AND_KEYS, *TYPES_AND_RANGES, *REMEDIES, *DATA_SETS, *CONTRADICTIONS],
)
def test_says_what_is_wrong(added, line):
    pattern = re.escape(line.removesuffix("$")) + ("$" if line.endswith("$") else "")
    with pytest.raises(ConfigError, match=f"^{pattern}"):
        check(BASE | yaml.safe_load(added))


@pytest.mark.parametrize(
    ("whole", "line"),
    [
        ({}, "datasets: missing; must be a section with one name"),
        ({"datsets": {}}, r"datsets: unknown key; did you mean 'datasets'\? \(and 1 more\)$"),
        ([1], r"config: must be a section of keys and values, got \[1\]$"),
        (None, "config: must be a section of keys and values, got null$"),
    ],
)
def test_says_what_is_wrong_with_the_whole(whole, line):
    with pytest.raises(ConfigError, match=f"^{line}"):
        check(whole)


@pytest.mark.parametrize("name", ["../up", "a/b", "a..b", "", ".", ".a", "a b", "a\n", "logs"])
def test_refuses_a_name_that_cannot_be_a_folder_of_its_own(name):
    line = (
        "datasets: must be a name of letters, digits, _, - and single dots that is not used in the "
        f"results folder, got {name!r}"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(line)}$"):
        check({"datasets": {name: BASE["datasets"]["mine"]}})
