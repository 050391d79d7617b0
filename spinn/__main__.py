"""`python -m spinn`: the command line."""

from spinn.command import main

main()
