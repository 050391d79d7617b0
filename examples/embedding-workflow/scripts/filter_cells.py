"""Write the cells with enough genes, log-normalised, of a set that ships inside scanpy."""

import scanpy as sc

cells = sc.datasets.pbmc68k_reduced().raw.to_adata()
enough = (cells.X > 0).sum(axis=1) >= snakemake.params.min_genes
cells[enough].copy().write_h5ad(snakemake.output.cells)
