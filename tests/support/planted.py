"""Independent genes of which four decide the targets."""

import numpy as np
import scipy.sparse as sp

from spinn.data import ExpressionData
from spinn.settings import EliminationSettings, NetworkSettings, Settings, TrainingSettings
from tests.support.cells import gene_names

N_GENES = 20
PLANTED = {"g03", "g08", "g11", "g17"}
# Of peers' networks.
PATIENT = Settings(
    network=NetworkSettings(hidden=(32,)),
    training=TrainingSettings(lr=5e-3, max_steps=300, check_every=50),
    elimination=EliminationSettings(max_steps=100),
)


def independent(n_cells, targets_of, seed):
    """Cells whose genes are independent standard normals, and targets made from them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_cells, N_GENES)).astype(np.float32)
    part = np.repeat(["train", "valid", "test"], [n_cells * 7 // 10, n_cells // 5, n_cells // 10])
    targets = targets_of(x, rng).astype(np.float32)
    return ExpressionData(
        values=sp.csr_matrix(x),
        genes=tuple(gene_names(N_GENES)),
        cells=np.arange(n_cells).astype(str),
        part=part,
        mean=np.zeros(N_GENES, np.float32),
        std=np.ones(N_GENES, np.float32),
        targets=targets,
        target_names=tuple(f"t{i}" for i in range(targets.shape[1])),
    )


def nonlinear(x, rng):
    """Targets of which no line through the planted genes says much."""
    a, b, c, d = x[:, 3], x[:, 8], x[:, 11], x[:, 17]
    signal = np.column_stack([np.tanh(2 * a) + np.abs(b), a * c + np.cos(2 * d), np.maximum(b, d)])
    return signal + rng.normal(scale=0.2, size=signal.shape)


def signs(x, rng):
    """Targets that depend only on which side of 0 the planted genes are."""
    a, b, c, d = np.sign(x[:, sorted(int(gene[1:]) for gene in PLANTED)]).T
    signal = np.column_stack([a + b, 2 * a * c, d + 0.5 * b * c])
    return signal + rng.normal(scale=0.2, size=signal.shape)


def pure_noise(x, rng):
    return rng.normal(size=(len(x), 2))
