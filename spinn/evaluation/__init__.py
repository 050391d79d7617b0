"""Panels judged on cells that did not choose them: panels in, numbers per cell out."""
