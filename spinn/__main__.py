"""`python -m spinn`: the command line."""

from spinn.interface.command import main

main(prog_name="spinn")
