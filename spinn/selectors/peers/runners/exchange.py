"""What spinn and a peer's runner hand each other: three files in one folder.

``cells.npz``: training and validation cells, log-normalised, candidate genes alone.
``request.json``: task, sizes, seed, threads, required genes, seconds.
``answer.json``: the peer's version, and what it chose.
"""

import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cells:
    """Log-normalised CSR (cells, genes), names, part (train, valid), and what may be predicted."""

    values: sp.csr_matrix
    genes: NDArray[np.str_]
    part: NDArray[np.str_]
    labels: NDArray[np.str_] | None = None
    targets: NDArray[np.float32] | None = None

    def of(self, part: str) -> "Cells":
        """Return the cells of one part."""
        rows = np.flatnonzero(self.part == part)
        labels = None if self.labels is None else self.labels[rows]
        targets = None if self.targets is None else self.targets[rows]
        return Cells(self.values[rows], self.genes, self.part[rows], labels, targets)


@dataclass(frozen=True)
class Request:
    """What a peer has to choose; ``seconds`` is its time limit."""

    task: str
    sizes: tuple[int, ...]
    seed: int
    threads: int
    required: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Answer:
    """What a peer chose: one ranking, or one list of genes per size; all best first.

    ``scores`` are the peer's own, larger is better, for as many genes as it has them.
    """

    ranking: Sequence[str] | None = None
    panels: Mapping[int, Sequence[str]] | None = None
    scores: Mapping[str, float] | None = None
    version: str = ""


def serve(package: str, choose: Callable[[Cells, Request], Answer]) -> None:
    """Answer the request in the folder that the command line names; for runners."""
    folder = Path(sys.argv[1])
    request = read_request(folder)
    # Should spinn be killed, this process must not outlive its limit by much.
    signal.alarm(int(request.seconds) + 5)
    answer = choose(read_cells(folder), request)
    document = {**asdict(answer), "version": version(package)}
    (folder / "answer.json").write_text(json.dumps(document), encoding="utf-8")


def write_request(folder: Path, cells: Cells, request: Request) -> None:
    """Write what a runner reads."""
    values = cells.values
    arrays: dict[str, Any] = {
        "data": values.data,
        "indices": values.indices,
        "indptr": values.indptr,
        "shape": np.array(values.shape),
        "genes": cells.genes,
        "part": cells.part,
        "labels": cells.labels,
        "targets": cells.targets,
    }
    np.savez(folder / "cells.npz", **{k: array for k, array in arrays.items() if array is not None})
    (folder / "request.json").write_text(json.dumps(asdict(request)), encoding="utf-8")


def read_cells(folder: Path) -> Cells:
    """Read the cells of a request."""
    with np.load(folder / "cells.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    csr = (arrays.pop("data"), arrays.pop("indices"), arrays.pop("indptr"))
    shape = tuple(arrays.pop("shape").tolist())
    return Cells(values=sp.csr_matrix(csr, shape=shape), **arrays)


def read_request(folder: Path) -> Request:
    """Read a request without its cells."""
    document: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    lists = {"sizes": tuple(document["sizes"]), "required": tuple(document["required"])}
    return Request(**(document | lists))


def read_answer(folder: Path) -> Answer:
    """Read what a runner answered.

    Raises
    ------
    ValueError
        If there is no answer, or it holds neither a ranking nor panels of names.
    """
    path = folder / "answer.json"
    if not path.exists():
        raise ValueError("the runner ended without an answer")
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        ranking, panels = document.get("ranking"), document.get("panels")
        if ranking is None and panels is None:
            raise ValueError("it holds neither ranking nor panels")
        return Answer(
            ranking=None if ranking is None else [str(gene) for gene in ranking],
            panels=panels and {int(k): [str(g) for g in genes] for k, genes in panels.items()},
            scores={str(g): float(s) for g, s in (document.get("scores") or {}).items()},
            version=str(document.get("version", "")),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"the runner's answer cannot be read: {error}") from None
