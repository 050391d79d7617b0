"""Benchmarks: spinn against the textbook way, in one run, on the same inputs. `make bench`."""
