"""The reporting rules: provenance and the HTML page. No torch."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from spinn.constraints.files import described
from spinn.records.provenance import provenance, write_json
from spinn.records.tables import read_table
from spinn.report.page import read_figures, render

BESIDE = ("recall", "differences", "normalised", "smallest", "costs", "robustness", "optimism")


def write_provenance(
    prepared: Mapping[tuple[str, int], str],
    *,
    output: str,
    config_output: str,
    config: Mapping[str, Any],
    root: str,
) -> None:
    """Write provenance.json, and the config with all its defaults."""
    write_json(provenance(prepared, config=config, root=Path(root)), output)
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    Path(config_output).write_text(text, encoding="utf-8")


def write_report(
    tables: Mapping[str, str],
    panels: Mapping[tuple[str, int, str, int], str],
    places: Mapping[str, Mapping[tuple[str, int, str], str]],
    figures: Sequence[str],
    *,
    output: str,
) -> None:
    """Write the page; ``tables`` names the tables of the run, provenance and config.

    ``panels`` maps places (dataset, split, task, size) to files, ``places`` names tables of which
    there is one per (dataset, split, task): audit, and frequencies where there are any.
    """
    about = json.loads(Path(tables["provenance"]).read_text(encoding="utf-8"))
    about["config"] = yaml.safe_load(Path(tables["config"]).read_text(encoding="utf-8"))
    about["config"]["genes"] = described(about["config"]["genes"])
    html = render(
        summary=read_table(tables["summary"]),
        stability=read_table(tables["stability"]),
        panels={key: read_table(path) for key, path in panels.items()},
        provenance=about,
        figures=read_figures(Path(figures[0]).parent),
        beside={
            **{name: read_table(tables[name]) for name in BESIDE if tables.get(name)},
            **{name: _gathered(files) for name, files in places.items() if files},
        },
    )
    Path(output).write_text(html, encoding="utf-8")


def _gathered(files: Mapping[tuple[str, int, str], str]) -> pd.DataFrame:
    """Return the tables of several places as one, with columns dataset, split and task."""
    return pd.concat(
        [
            read_table(path).assign(dataset=dataset, split=split, task=task)
            for (dataset, split, task), path in files.items()
        ],
        ignore_index=True,
    )
