"""Write down inputs, filters, versions, seeds and the whole config."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py", "yaml"])

from pathlib import Path

import yaml

from spinn.records.provenance import provenance, write_json

config = dict(snakemake.params.config)
datasets = map(tuple, snakemake.params.datasets)
prepared = dict(zip(datasets, snakemake.input.prepared, strict=True))
document = provenance(prepared, config=config, root=Path(snakemake.params.root))
write_json(document, snakemake.output.provenance)
text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
Path(snakemake.output.config).write_text(text, encoding="utf-8")
