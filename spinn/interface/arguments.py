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
from spinn.constraints.rules import GeneRules
from spinn.constraints.section import resolve_genes
from spinn.data import ExpressionData
from spinn.preparation.inputs import values_of
from spinn.preparation.preprocess import expression_data, prepare

log = logging.getLogger(__name__)
NAME = "adata"
# Keys of the config that arguments set, and the arguments' names.
_ARGUMENTS = {
    r"datasets\.adata\.(\w+)": r"\1",
    r"panel_sizes(\[\d+\])?": "n_genes",
    r"\bgenes\.(required|excluded|base|slots)\b": r"\1",
    r"\b(task|selector|seed)s\[\d+\]": r"\1",
}
_SET = ("datasets", "tasks", "selectors", "panel_sizes", "seeds", "results", "peers")


def configured(
    adata: ad.AnnData,
    config: Mapping[str, Any] | None,
    *,
    task: str | None,
    cells: Mapping[str, Any],
    **given: Any,
) -> tuple[ad.AnnData, dict[str, Any]]:
    """Return cells in memory, and the whole config, checked and with its defaults.

    Parameters
    ----------
    config
        Sections that no argument sets: preprocess, split, genes, network, noise, training, rfe,
        refit, evaluation, device; None for the defaults.
    task
        None: what the goal is judged by, `reconstruction` for `genes`; without a goal
        `classification` with a label, else `reconstruction`.
    cells
        layer, values, label, donor and targets, as in the config; values may be None: `counts`
        where all are whole numbers, else `lognorm`, and the log says which.
    **given
        Keys of the config that arguments set; required, excluded, base and slots go into ``genes``.

    Raises
    ------
    KeyError, TypeError, ValueError
        If an argument, a key or a value is wrong; the message names the argument.
    """
    if not isinstance(adata, ad.AnnData):
        raise TypeError(
            f"adata must be an AnnData, got {type(adata).__name__}; read the file with "
            "anndata.read_h5ad, or wrap a matrix in anndata.AnnData"
        )
    if not isinstance(config, Mapping | None):
        raise TypeError(
            f"config must hold keys and values, got {config!r}; read a file with yaml.safe_load"
        )
    goal = given.get("goal") or (config or {}).get("goal")
    task = task or _task_of(goal, cells["label"])
    if cells["targets"] and task != "regression":
        raise ValueError(f"targets are for task='regression', and the task is {task!r}")
    if taken := [key for key in _SET if key in (config or {})]:
        raise ValueError(
            f"config: {taken[0]} is set by arguments (adata, n_genes, label, task, selector, "
            "seed...); leave it out of config"
        )
    listed = [key for key in ("required", "excluded", "base", "slots") if key in given]
    if isinstance(slots := given.get("slots", ()), str):
        raise TypeError(f"slots must be a list of names, got {slots!r}; write [{slots!r}]")
    terms = {key: _terms(key, given.pop(key)) for key in listed}
    adata = adata.to_memory() if adata.isbacked else adata
    sections = {"genes": None, **(config or {}), **given, "tasks": [task]}
    if not isinstance(sections["genes"] or {}, Mapping):
        raise ValueError(f"config: genes must hold keys and values, got {sections['genes']!r}")
    sections["datasets"] = {NAME: _data_set(adata, **cells)}
    sections["genes"] = {
        **(sections["genes"] or {}),
        **{key: t for key, t in terms.items() if t},
    }
    with _translate_errors():
        whole = check(sections, cells_exist=False)
        return adata, {**whole, "genes": resolve_genes(whole)}


def _task_of(goal: str | None, label: str | None) -> str:
    """Return the task that judges panels where none is named."""
    return "reconstruction" if goal == "genes" or label is None else "classification"


def _data_set(
    adata: ad.AnnData, *, values: str | None, targets: Sequence[str] | str, **given: str | None
) -> dict[str, Any]:
    """Return the config's entry of some cells in memory."""
    if values is None:
        values = values_of(adata, given["layer"])
        log.info("values: taken for %s", values)
    names = [targets] if isinstance(targets, str) else list(targets)
    # The config demands a path; it is not read.
    return {**given, "path": f"{NAME}.h5ad", "values": values, "targets": names}


def _terms(argument: str, given: Sequence[str] | str | Path) -> list[str] | str:
    """Return a list of genes and families as the config takes it, or the path of a file of them."""
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


def prepared(
    adata: ad.AnnData,
    config: Mapping[str, Any],
    *,
    split: int,
    hold_out: bool = True,
    rules: GeneRules | None = None,
    sizes: Sequence[int] = (),
    kept: Sequence[str] = (),
) -> ExpressionData:
    """Return cells as the workflow's first rule prepares them; test cells too, if held out."""
    if not isinstance(split, Integral) or split < 0:
        raise ValueError(f"split must be a whole number of at least 0, got {split!r}")
    sections = {key: config[key] for key in ("preprocess", "split")}
    sections["dataset"] = config["datasets"][NAME]
    sections["split"] = {**config["split"], **({} if hold_out else {"test": 0})}
    with _translate_errors():
        made = prepare(adata, **sections, repeat=int(split), rules=rules, sizes=sizes, kept=kept)
    return expression_data(made)


@contextmanager
def _translate_errors() -> Iterator[None]:
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
