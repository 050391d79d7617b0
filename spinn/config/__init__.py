"""Check a config, and say which parts of it decide what."""
