"""Check, split, normalise and filter one data set for one split, or with no cell held out."""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0], snakemake.threads, needs=["anndata", "scanpy", "numpy", "pandas", "scipy"]
)

from spinn.constraints.files import read_rules
from spinn.preparation.inputs import input_digest, read_input
from spinn.preparation.preprocess import prepare, with_source

config = snakemake.params.config
path = snakemake.input.get("cells") or config["dataset"]["path"]
try:
    prepared = prepare(
        read_input(path),
        dataset=config["dataset"],
        preprocess=config["preprocess"],
        split=config["split"],
        repeat=int(snakemake.wildcards.get("split", 0)),
        rules=read_rules(config["genes"]),
        sizes=snakemake.params.sizes,
    )
except (KeyError, OSError, ValueError) as error:
    line = error.args[0] if isinstance(error, KeyError) else error
    raise SystemExit(f"datasets.{snakemake.wildcards.dataset}: {line}") from None
prepared = with_source(prepared, config["dataset"]["path"], input_digest(path))
prepared.write_h5ad(snakemake.output.prepared, compression="gzip")
