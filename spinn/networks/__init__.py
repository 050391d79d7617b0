"""Sparse-input networks: cells as batches in, trained networks out."""
