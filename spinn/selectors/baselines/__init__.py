"""Selectors without a network: training cells in, panels out."""
