"""Group the genes of a data set that are interchangeable."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.data import read_prepared
from spinn.stability.interchangeable import interchangeable

data = read_prepared(snakemake.input.prepared, parts=("train",))
interchangeable(data).to_csv(snakemake.output.groups, index=False)
