# It requires scikit-learn by the retired name sklearn, which cannot be installed any more.
# Run by `make peers`, and by Snakemake once it has made the conda environment.
pip install --quiet --no-deps scgenefit==1.0.2
