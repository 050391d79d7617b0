"""Numbers with their doubt: intervals, differences, tiers, floors and ceilings."""
