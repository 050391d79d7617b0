"""Intervals, differences and tiers: numbers per test cell in, tables with intervals out."""
