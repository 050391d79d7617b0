"""Everything that chooses genes: training cells in, panels out."""
