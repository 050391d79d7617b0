"""Slow second ways to select genes forward, by least squares."""

import numpy as np

from spinn.preparation.moments import RIDGE


def standardised(data):
    """Return the training cells standardised, and centred."""
    train = data.of("train").values.toarray().astype(np.float64)
    return (train - data.mean) / data.std, train - train.mean(0)


def indicators(data):
    """Return the training cells' types as 0 or 1 over the root of the type's share, centred."""
    labels = data.of("train").labels
    types = np.eye(3)[labels] / np.sqrt(np.bincount(labels) / len(labels))
    return types - types.mean(0)


def naive_greedy(x, y, size):
    """Select forward, every least-squares problem solved from scratch (with the same ridge)."""
    chosen = []
    for _ in range(size):
        errors = np.full(x.shape[1], np.inf)
        for gene in set(range(x.shape[1])) - set(chosen):
            columns = x[:, [*chosen, gene]]
            ridge = np.sqrt(RIDGE * len(x)) * np.eye(columns.shape[1])
            tall = np.vstack([columns, ridge])
            wanted = np.vstack([y, np.zeros((columns.shape[1], y.shape[1]))])
            fitted = tall @ np.linalg.lstsq(tall, wanted, rcond=None)[0]
            errors[gene] = ((wanted - fitted) ** 2).sum()
        chosen.append(int(errors.argmin()))
    return chosen


def naive_without_self(x, y, size):
    """Design 8.4: ||C_j||^2 less C_jj^2 and the chosen genes' C_jg^2, over the diagonal."""
    g, c, chosen = x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ y / len(x), []
    for _ in range(size):
        gain = (c**2).sum(1) - np.diag(c) ** 2 - (c[:, chosen] ** 2).sum(1)
        gain = gain / np.diag(g)
        gain[chosen] = -np.inf
        pick = int(gain.argmax())
        c = c - np.outer(g[:, pick], c[pick]) / g[pick, pick]
        g = g - np.outer(g[:, pick], g[pick]) / g[pick, pick]
        g[pick, pick] = 1.0  # never used again
        chosen.append(pick)
    return chosen
