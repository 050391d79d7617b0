"""Scores of a network's inputs: a trained base model in, one number per gene out."""
