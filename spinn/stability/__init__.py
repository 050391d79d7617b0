"""How far panels agree: panels of several seeds or halves of cells in, indices out."""
