"""The parts of the report and its figures."""
