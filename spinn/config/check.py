"""Check a config before any job starts, and fill in its defaults.

Keys, types, ranges and defaults are in config/schema.yaml; here are the rules that concern several
keys, and those that need the disk.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from spinn.config.messages import schema_problems, shown
from spinn.config.schema import load_schema
from spinn.constraints.terms import is_family
from spinn.selectors.registry import EXCHANGE, EXCHANGE_TASKS, SELECTORS

# The one data set of scanpy with real single cells that needs no download.
PACKAGED = "scanpy:pbmc68k_reduced"
RELATIVE = "paths are relative to the folder where snakemake runs"


class ConfigError(ValueError):
    """A config that cannot be run; one line that names the key, what it got and what is right."""


def check(config: Mapping[str, Any], *, cells_exist: bool = True) -> dict[str, Any]:
    """Return a checked copy of ``config`` with every default filled in.

    Sizes are returned in ascending order and keys in the schema's order; a checked config passes
    unchanged. The data sets' files must already exist unless ``cells_exist`` is false: where spinn
    is a module of another workflow, one of its rules may write them. An error names the first
    problem and counts the rest.
    """
    schema = load_schema()
    plain = _plain(config)
    problems = [*_unexchangeable(plain)] or schema_problems(plain, schema)
    if not problems:
        filled: dict[str, Any] = _filled(plain, schema)
        problems = [
            *_data_set_problems(filled, cells_exist=cells_exist),
            *_task_problems(filled),
            *_size_problems(filled),
            *_gene_problems(filled),
        ]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigError(" ".join(problems[0].splitlines()) + more)
    return filled | {"panel_sizes": sorted(filled["panel_sizes"])}


def _plain(value: object) -> Any:
    """Return a deep copy of plain dicts and lists; keys become text, as in `2024: {path: ...}`."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _filled(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return ``value``, which obeys ``schema``, with the defaults of absent keys."""
    if not isinstance(value, dict):
        return value
    if "properties" not in schema:
        return {name: _filled(item, schema["additionalProperties"]) for name, item in value.items()}
    return {
        key: _filled(value[key] if key in value else deepcopy(part["default"]), part)
        for key, part in schema["properties"].items()
    }


def _unexchangeable(config: object) -> Iterator[str]:
    """Yield a line per selector that exists but cannot take `+exchange`, so is not misspelt."""
    selectors = config.get("selectors") if isinstance(config, dict) else None
    for i, name in enumerate(selectors if isinstance(selectors, list) else ()):
        is_known = isinstance(name, str) and name.removesuffix(EXCHANGE) in SELECTORS
        if is_known and name not in SELECTORS:
            yield (
                f"selectors[{i}]: {shown(name)} is not a selector; {EXCHANGE} follows a ranker "
                "with a strategy only, as in 'bernoulli-rfe+exchange'"
            )


def _task_problems(config: Mapping[str, Any]) -> Iterator[str]:
    exchanging = [name for name in config["selectors"] if name.endswith(EXCHANGE)]
    others = [task for task in config["tasks"] if task not in EXCHANGE_TASKS]
    if exchanging and others:
        yield (
            f"tasks: must be among {' and '.join(EXCHANGE_TASKS)} for {shown(exchanging[0])} "
            f"(selectors), got {shown(others[0])}; leave one out"
        )


def _data_set_problems(config: Mapping[str, Any], *, cells_exist: bool) -> Iterator[str]:
    needing = [f"'{name}' (tasks)" for name in config["tasks"] if name == "classification"]
    needing += [
        f"'{name}' (selectors)"
        for name in config["selectors"]
        if SELECTORS[name].needs_labels and SELECTORS[name].kind != "package"
    ]
    follows = any(SELECTORS[name].follows_goal for name in config["selectors"])
    if follows and config["goal"] in ("types", "both"):
        needing += [f"'{config['goal']}' (goal)"]
    for name, data_set in config["datasets"].items():
        where = f"datasets.{name}"
        yield from _path_problems(f"{where}.path", data_set["path"], must_exist=cells_exist)
        if data_set["label"] is None and needing:
            yield (
                f"{where}.label: must be an obs column for {' and '.join(needing)}, got null; "
                "name one, or leave those out"
            )
        if not data_set["targets"] and "regression" in config["tasks"]:
            yield (
                f"{where}.targets: must be at least one obs column or obsm/NAME for 'regression' "
                "(tasks), got []"
            )
    donors = [data_set["donor"] for data_set in config["datasets"].values()]
    if config["split"]["compare_donors"] and not any(donors):
        yield (
            "split.compare_donors: must be false where no data set has a donor, got true; name an "
            "obs column as datasets.NAME.donor"
        )


def _path_problems(where: str, path: str, *, must_exist: bool) -> Iterator[str]:
    if path.startswith("scanpy:"):
        if path != PACKAGED:
            yield f"{where}: must be {PACKAGED}, got {shown(path)}; save other sets as .h5ad"
        return
    is_remote = "://" in path
    suffix = Path(urlsplit(path).path if is_remote else path).suffix
    exists = {".h5ad": Path.is_file, ".zarr": Path.is_dir}.get(suffix)
    if exists is None:
        yield f"{where}: must end in .h5ad or .zarr, or be {PACKAGED}, got {shown(path)}"
    elif must_exist and not is_remote and not exists(Path(path)):
        yield f"{where}: no such file: {shown(path)}; {RELATIVE}"


def _size_problems(config: Mapping[str, Any]) -> Iterator[str]:
    smallest, largest = min(config["panel_sizes"]), max(config["panel_sizes"])
    n_top, required = config["preprocess"]["n_top_genes"], config["genes"]["required"]
    named = [term for term in required if not is_family(term)] if isinstance(required, list) else ()
    if n_top is not None and largest > n_top:
        yield f"panel_sizes: must be at most preprocess.n_top_genes ({n_top}), got {largest}"
    if len(named) > smallest:
        yield (
            f"panel_sizes: must leave room for all {len(named)} genes of genes.required, "
            f"got {smallest}"
        )
    valid, test = config["split"]["valid"], config["split"]["test"]
    if valid + test >= 1:
        yield f"split: valid + test must be below 1, got {valid} + {test}; the rest trains"


def _gene_problems(config: Mapping[str, Any]) -> Iterator[str]:
    genes = config["genes"]
    for key, value in genes.items():
        if isinstance(value, str) and not Path(value).is_file():
            yield f"genes.{key}: no such file: {shown(value)}; {RELATIVE}"
    if isinstance(genes["required"], list) and isinstance(genes["excluded"], list):
        for gene in genes["excluded"]:
            if gene in genes["required"]:
                yield f"genes.excluded: {shown(gene)} is in genes.required too; keep it in one"
