"""The preparing rule: from an input file to a prepared one."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spinn.constraints.files import read_rules
from spinn.preparation.inputs import input_digest, read_input
from spinn.preparation.preprocess import prepare

log = logging.getLogger(__name__)


def prepare_file(
    path: str,
    output: str,
    *,
    name: str,
    repeat: int,
    sizes: Sequence[int],
    config: Mapping[str, Any],
) -> None:
    """Read, check and prepare one data set for one split; write it with its input's digest.

    Raises
    ------
    SystemExit
        With one line for the user, if the cells or the genes asked for are not as they must be.
    """
    try:
        prepared = prepare(
            read_input(path),
            dataset=config["dataset"],
            preprocess=config["preprocess"],
            split=config["split"],
            repeat=repeat,
            rules=read_rules(config["genes"]),
            sizes=sizes,
        )
    except (KeyError, OSError, ValueError) as error:
        log.debug("traceback", exc_info=True)
        raise SystemExit(
            f"datasets.{name}: {error.args[0] if isinstance(error, KeyError) else error}"
        ) from None
    about = json.loads(prepared.uns["spinn"])
    about["input"] = {"path": config["dataset"]["path"], "sha256": input_digest(path)}
    prepared.uns["spinn"] = json.dumps(about, sort_keys=True)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    prepared.write_h5ad(output, compression="gzip")
