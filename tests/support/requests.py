"""What every rule requests of a cluster, as JSON: `python -m tests.support.requests CONFIG`.

In a process of its own: Snakemake leaves its state in the one that loads a workflow.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, OutputSettings, ResourceSettings

RESOURCES = ("mem_mb", "runtime")


def main(config):
    with SnakemakeApi(OutputSettings(quiet=["all"])) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(configfiles=[Path(config)]),
            snakefile=Path("Snakefile"),
        )._workflow
        rules = {rule.name: about(workflow, rule) for rule in workflow.rules}
    json.dump(rules, sys.stdout)


def about(workflow, rule):
    return {
        "is_local": rule.norun or rule.name in workflow._localrules,
        "retries": rule._restart_times,
        **{name: [amount(rule, name, *case) for case in CASES] for name in RESOURCES},
    }


# (attempt, MB of input)
CASES = [(1, 0), (1, 1000), (2, 0), (3, 1000)]


def amount(rule, name, attempt, size):
    requested = rule.resources.get(name)
    if requested is None:
        return None
    return requested.evaluate(None, input=SimpleNamespace(size_mb=size), attempt=attempt).value


if __name__ == "__main__":
    main(sys.argv[1])
