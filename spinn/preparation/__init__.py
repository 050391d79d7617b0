"""Cells made ready: AnnData in, filtered, split and normalised cells, halves and moments out."""
