"""The figures of a dataset and task, in the page's order. No heavy imports: the rules read this."""

SOURCES = {
    "quality": "summary",
    "tradeoff": "tradeoff",
    "agreement": "stability",
    "overlap": "panels",
    "robustness": "robustness",
    "optimism": "optimism",
}
"""Each figure's name to the table of the run that it is drawn from (panels: their overlap)."""
