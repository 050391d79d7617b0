"""What users demand of the genes of a panel: read, kept and audited."""
