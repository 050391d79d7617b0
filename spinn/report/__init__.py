"""Figures and the page: tables of a run in, SVG, PNG, PDF and HTML out."""
