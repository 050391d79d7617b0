"""The config: a user's keys and values in, a checked config and its sections out."""
