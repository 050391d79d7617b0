"""Other people's selectors: made from their papers, or asked in their own environments."""
