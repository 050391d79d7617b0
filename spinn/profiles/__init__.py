"""What genes do in each cell type: prepared cells in, molecules, separation and markers out."""
