"""Other people's selectors, from their papers or packages: training cells in, panels out."""
