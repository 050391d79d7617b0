"""What users require of a panel: the config's section genes in, limits and an audit out."""
