"""From Python and from a shell, without the workflow."""
