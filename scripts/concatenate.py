"""Put several tables with the same columns into one."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas"])

import pandas as pd

from spinn.records.tables import read_table

tables = [read_table(path) for path in snakemake.input.tables]
pd.concat(tables, ignore_index=True).to_csv(snakemake.output.table, index=False)
