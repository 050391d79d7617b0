"""One thread for all numerical libraries, as each job of the workflow has."""

from collections.abc import Iterator
from contextlib import contextmanager

import numba
import torch
from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold torch, numba and the linear algebra to one thread, and give back what they had.

    On more threads sums are taken in another order; after some hundred training steps the last
    digits decide between panels, and the same seed would not give the same panel. Small networks
    are no slower.
    """
    before = torch.get_num_threads(), numba.get_num_threads()
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        numba.set_num_threads(before[1])
        torch.set_num_threads(before[0])
