"""Ensembl gene ids, as vendors take them."""

import re

_ENSEMBL = re.compile(r"(ENS[A-Z]*G\d{11})(?:\.\d+)?", re.IGNORECASE)


def ensembl_id(name: str) -> str:
    """Return a name that is an Ensembl gene id in upper case and without version; else nothing.

    Examples
    --------
    >>> ensembl_id("ensg00000167286.9")
    'ENSG00000167286'
    >>> ensembl_id("CD3D")
    ''
    """
    match = _ENSEMBL.fullmatch(name.strip())
    return match[1].upper() if match else ""
