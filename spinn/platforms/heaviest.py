"""The rule that a few genes may not carry most of a panel's molecules."""

N_HEAVIEST = 3


def smallest_asked(share: float) -> float:
    """Return of how many genes a panel must be for its three heaviest to carry at most a share.

    Of few genes three always carry much: twice as many as would do if all were equal.
    """
    return 2 * N_HEAVIEST / share
