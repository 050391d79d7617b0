"""Put several tables with the same columns into one."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas"])

from spinn.records.tables import read_together

read_together(snakemake.input.tables).to_csv(snakemake.output.table, index=False)
