"""Measures of a panel: arrays of values, classes and neighbours in, numbers out."""
