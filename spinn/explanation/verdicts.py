"""What the separation of a type from its sibling amounts to, in words."""

Interval = tuple[float, float, float]
"""A number and both ends of its 95 % interval."""

WANTED = 0.9
"""AUROC from which two types count as separated: right for nine of ten pairs of their cells."""

SEPARATED = "separated"
MISSED = "this panel misses it"
IMPOSSIBLE = "no panel can"
UNKNOWN = "too few cells to say"


def verdict(panel: Interval, all_genes: Interval) -> str:
    """Return what the AUROCs of a panel and of all genes between two types say.

    `separated`: the panel's interval lies above ``WANTED``. Where it lies below: `this panel misses
    it` if all genes reach ``WANTED``, `no panel can` if their interval lies below, too. Otherwise
    `too few cells to say`.
    """
    if panel[1] >= WANTED:
        return SEPARATED
    if panel[2] < WANTED <= all_genes[0]:
        return MISSED
    return IMPOSSIBLE if max(panel[2], all_genes[2]) < WANTED else UNKNOWN
