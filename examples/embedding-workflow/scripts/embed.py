"""Draw the cells' UMAP by the panel's genes next to that by all genes."""

import matplotlib as mpl

mpl.use("Agg")

import anndata as ad
import matplotlib.pyplot as plt
import pandas as pd
import scanpy as sc

cells = ad.read_h5ad(snakemake.input.cells)
panel = pd.read_csv(snakemake.input.panel)["gene"].tolist()
figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for ax, genes in zip(axes, (cells.var_names, panel), strict=True):
    shown = cells[:, genes].copy()
    sc.pp.pca(shown, n_comps=min(30, len(genes) - 1))
    sc.pp.neighbors(shown)
    sc.tl.umap(shown)
    sc.pl.umap(shown, color=snakemake.params.label, ax=ax, show=False, title=f"{len(genes)} genes")
figure.savefig(snakemake.output.figure, dpi=120)
