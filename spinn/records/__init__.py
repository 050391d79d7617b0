"""Files of a run: tables, networks, numbers per cell and provenance, read and written."""
