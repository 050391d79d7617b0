"""Families of genes that users often exclude, by symbol, in human and mouse."""

import re

# In any case: RPS6 and Rps6. Pseudogenes belong to the ribosomal ones (RPS2P5, Rps19-ps6); kinases
# (RPS6KA1), binding proteins (RPS19BP1), and proteins of the mitochondrial ribosome (MRPS2) do not.
_PATTERNS = {
    "mitochondrial": r"mt-.+",
    "ribosomal": r"rp(sa|lp[0-3]|[sl]\d+([axl]|al|rt|y\d?|[al]\d)?)(p\d+|-ps\d*)?",
    "hemoglobin": r"hb([abdegmqz]\d?[ab]?|[abqz]-.+)",
    "immunoglobulin": r"igh([mde]|a\d?|g\d?[abcp]?|[vdj]\d.*)|ig[kl](c\d?|[vj]\d.*)",
    "t_cell_receptor": r"tr[abdg](c\d?|[vdj]\d.*)|tcrg-.+",
}
FAMILIES = {
    name: re.compile(pattern, re.IGNORECASE | re.ASCII) for name, pattern in _PATTERNS.items()
}
"""Name of a family to the expression that a whole symbol of its genes matches."""
