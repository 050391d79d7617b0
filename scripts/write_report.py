"""Put tables, figures, panels and provenance on one page."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py", "jinja2"])

from spinn.jobs.report import write_report

places = [tuple(place) for place in snakemake.params.places]
write_report(
    dict(snakemake.input.items()),
    dict(zip(map(tuple, snakemake.params.panels), snakemake.input.panels, strict=True)),
    {
        "audit": dict(zip(places, snakemake.input.audits, strict=True)),
        "frequencies": dict(zip(places, snakemake.input.get("frequencies", ()), strict=False)),
    },
    snakemake.input.figures,
    output=snakemake.output.report,
)
