"""The parts of evaluation: refits, what is kept of each cell, neighbourhoods, lost molecules."""
