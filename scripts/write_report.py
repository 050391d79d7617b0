"""Put tables, figures, panels and provenance on one page."""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0],
    snakemake.threads,
    needs=["numpy", "pandas", "scipy", "h5py", "jinja2", "yaml"],
)

import json
from pathlib import Path

import yaml

from spinn.constraints.files import described
from spinn.records.tables import read_table, read_together
from spinn.report.page import TABLES, render

files = snakemake.input
keys = ("dataset", "split", "task")
places, covered = (
    [dict(zip(keys, place, strict=True)) for place in listed]
    for listed in (snakemake.params.places, snakemake.params.covered)
)
by_place = {"audit": places, "coverage": covered, "frequencies": places}
provenance = json.loads(Path(files.provenance).read_text(encoding="utf-8"))
provenance["config"] = yaml.safe_load(Path(files.config).read_text(encoding="utf-8"))
provenance["config"]["genes"] = described(provenance["config"]["genes"])
panels = zip(map(tuple, snakemake.params.panels), files.panels, strict=True)
figures = [path for path in map(Path, files.figures) if path.suffix == ".svg"]
html = render(
    summary=read_table(files.summary),
    stability=read_table(files.stability),
    panels={place: read_table(path) for place, path in panels},
    provenance=provenance,
    figures={path.stem: path.read_text(encoding="utf-8") for path in figures},
    tables={
        **{name: read_table(files[name]) for name in TABLES if files.get(name)},
        **{name: read_together(files[name], p) for name, p in by_place.items() if files.get(name)},
    },
)
Path(snakemake.output.report).write_text(html, encoding="utf-8")
