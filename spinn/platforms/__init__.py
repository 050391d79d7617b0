"""Rules of assays that panels are ordered for: a platform's name in, limits and columns out."""
