"""What a run writes down of itself: costs, provenance, documents beside panels."""
