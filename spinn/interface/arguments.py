"""From a caller's arguments to what the workflow works on: a checked config, prepared cells."""

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any

import anndata as ad

from spinn.config.check import ConfigError, check
from spinn.constraints.files import resolve_genes
from spinn.constraints.rules import GeneRules
from spinn.data import ExpressionData
from spinn.preparation.inputs import values_of
from spinn.preparation.preprocess import expression_data, prepare

log = logging.getLogger(__name__)
NAME = "adata"
# Keys of the config that arguments set, and the arguments' names.
_ARGUMENTS = {
    r"datasets\.adata\.(\w+)": r"\1",
    r"panel_sizes(\[\d+\])?": "n_genes",
    r"\bgenes\.(required|excluded)\b": r"\1",
    r"\b(task|selector|seed)s\[\d+\]": r"\1",
}
_SET = ("datasets", "tasks", "selectors", "panel_sizes", "seeds", "results", "peers")


def in_memory(adata: ad.AnnData) -> ad.AnnData:
    """Return the cells themselves, or a copy in memory of a backed object.

    Raises
    ------
    TypeError
        If it is no AnnData.
    """
    if not isinstance(adata, ad.AnnData):
        raise TypeError(
            f"adata must be an AnnData, got {type(adata).__name__}; read the file with "
            "anndata.read_h5ad, or wrap a matrix in anndata.AnnData"
        )
    return adata.to_memory() if adata.isbacked else adata


def task_of(label: str | None, task: str | None, targets: Sequence[str] | str) -> str:
    """Return the task; by default `classification` with a label, else `reconstruction`.

    Raises
    ------
    ValueError
        If there are targets and another task than `regression`.
    """
    task = task or ("reconstruction" if label is None else "classification")
    if targets and task != "regression":
        raise ValueError(f"targets are for task='regression', and the task is {task!r}")
    return task


def data_set(adata: ad.AnnData, **given: Any) -> dict[str, Any]:
    """Return the config's entry of some cells in memory.

    Parameters
    ----------
    adata
        In memory.
    **given
        layer, values, label, donor and targets, as in the config; values may be None: `counts`
        where all are whole numbers, else `lognorm`, and the log says which.
    """
    values = given["values"]
    if values is None:
        values = values_of(adata, given["layer"])
        log.info("values: taken for %s", values)
    targets = [given["targets"]] if isinstance(given["targets"], str) else list(given["targets"])
    # The config demands a path; it is not read.
    return {**given, "path": f"{NAME}.h5ad", "values": values, "targets": targets}


def terms(argument: str, given: Sequence[str] | str | Path) -> list[str] | str:
    """Return a list of genes and families as the config takes it, or the path of a file of them.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If there is no such file.
    """
    if isinstance(given, str | Path):
        if not Path(given).is_file():
            raise ValueError(
                f"{argument}: a text must be the path of a file of genes, and there is no file "
                f"{str(given)!r}; for genes, give a list: [{str(given)!r}]"
            )
        return str(given)
    if not isinstance(given, Iterable):
        raise TypeError(f"{argument} must be a list of genes or a file's path, got {given!r}")
    return [str(term) for term in given]


def checked(config: Mapping[str, Any] | None, **given: Any) -> dict[str, Any]:
    """Return a whole config, checked and with its defaults, of settings and arguments.

    Parameters
    ----------
    config
        Sections of the config that no argument sets: preprocess, split, genes, network, noise,
        training, rfe, refit, evaluation, device; None for the defaults.
    **given
        Keys of the config that arguments set; required and excluded go into ``genes``.

    Raises
    ------
    TypeError
        If ``config`` is no mapping.
    ValueError
        If a key or a value is wrong; the message names the argument.
    """
    settings = given_settings(config)
    if taken := [key for key in _SET if key in settings]:
        raise ValueError(
            f"config: {taken[0]} is set by arguments (adata, n_genes, label, task, selector, "
            "seed...); leave it out of config"
        )
    if not isinstance(settings.get("genes") or {}, Mapping):
        raise ValueError(f"config: genes must hold keys and values, got {settings['genes']!r}")
    terms = {key: given.pop(key) for key in ("required", "excluded") if key in given}
    genes = {**(settings.get("genes") or {}), **{key: t for key, t in terms.items() if t}}
    with translate_errors():
        whole = check({**settings, **given, "genes": genes}, cells_exist=False)
        return {**whole, "genes": resolve_genes(whole)}


def given_settings(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a caller's settings, none for None.

    Raises
    ------
    TypeError
        If they are no mapping.
    """
    if not isinstance(config, Mapping | None):
        raise TypeError(
            f"config must hold keys and values, got {config!r}; read a file with yaml.safe_load"
        )
    return dict(config or {})


def prepared(
    adata: ad.AnnData,
    config: Mapping[str, Any],
    *,
    split: int,
    rules: GeneRules,
    sizes: Sequence[int] = (),
) -> ExpressionData:
    """Return cells as the workflow's first rule prepares them, test cells included.

    Raises
    ------
    ValueError
        If ``split`` is no whole number of at least 0.
    """
    if not isinstance(split, Integral) or split < 0:
        raise ValueError(f"split must be a whole number of at least 0, got {split!r}")
    with translate_errors():
        made = prepare(
            adata,
            dataset=config["datasets"][NAME],
            preprocess=config["preprocess"],
            split=config["split"],
            repeat=int(split),
            rules=rules,
            sizes=sizes,
        )
    return expression_data(made)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise errors of the config as KeyError or ValueError that name the caller's arguments."""
    try:
        yield
    except (ConfigError, KeyError, ValueError) as error:
        message = str(error.args[0])
        for key, argument in _ARGUMENTS.items():
            message = re.sub(key, argument, message)
        raise (KeyError if isinstance(error, KeyError) else ValueError)(message) from None


def held_out(data: ExpressionData) -> str:
    """Return a digest of the test cells' names."""
    names = "\n".join(data.of("test").cells.tolist())
    return hashlib.sha256(names.encode()).hexdigest()
