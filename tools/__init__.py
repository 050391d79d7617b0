"""Chores of the checkout, run by the Makefile; no part of the package."""
