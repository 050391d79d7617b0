"""Group the genes of a data set that are interchangeable."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.data import read_prepared
from spinn.stability.interchangeable import interchangeable

data = read_prepared(snakemake.input.prepared, parts=("train",))
interchangeable(data).to_csv(snakemake.output.groups, index=False)
