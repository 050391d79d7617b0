"""Scripts that run in the interpreter of a peer, another package's selector, not in spinn's.

`exchange` is what both sides read; each ``run_NAME.py`` is started as a program, imports the peer
and numpy, scipy, anndata, but nothing of spinn, and is the only place that knows the peer.
"""
