"""Write explicit lists of conda's own packages next to the environments: `make pins`.

Needs conda and its channels. Snakemake takes envs/NAME.PLATFORM.pin.txt by itself, but then reads
no yaml, whose packages from pip would be missing: so envs/NAME.post-deploy.sh, which it runs in the
new environment, installs them at the same versions.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tools.envs import ROOT

NAMES = ("spinn", "spinn-light")


def pin(environment: Path) -> list[Path]:
    """Solve an environment file and write its explicit list and its packages from pip next to it.

    Parameters
    ----------
    environment
        A file of envs/ with packages from conda and, last, from pip.

    Returns
    -------
    The two files that were written.

    Raises
    ------
    RuntimeError
        If there is no conda, or it cannot solve the environment.
    """
    document = yaml.safe_load(environment.read_text(encoding="utf-8"))
    *packages, from_pip = document["dependencies"]
    platform = json.loads(_conda("info", "--json"))["platform"]
    with tempfile.TemporaryDirectory() as folder:
        bare, prefix = Path(folder, "bare.yaml"), Path(folder, "prefix")
        bare.write_text(yaml.safe_dump({**document, "dependencies": packages}), encoding="utf-8")
        _conda("env", "create", "--quiet", "--file", str(bare), "--prefix", str(prefix))
        listed = _conda("list", "--explicit", "--md5", "--prefix", str(prefix))
    explicit = environment.with_suffix(f".{platform}.pin.txt")
    explicit.write_text(listed, encoding="utf-8")
    after = environment.with_suffix(".post-deploy.sh")
    after.write_text(post_deploy(environment.name, from_pip["pip"]), encoding="utf-8")
    return [explicit, after]


def post_deploy(name: str, lines: list[str]) -> str:
    """Return the script that installs the packages from pip into a new environment."""
    head = f"# Written by `make pins` from {name}; run by Snakemake in the new environment.\n"
    return head + " \\\n    ".join(["python -m pip install --quiet --no-deps", *lines]) + "\n"


def _conda(*words: str) -> str:
    program = shutil.which("conda")
    if program is None:
        raise RuntimeError("there must be a conda on the PATH; install one, for instance miniforge")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[-1] if said else f"exit code {done.returncode}"
        raise RuntimeError(
            f"conda {' '.join(words[:2])} failed, are its channels reachable? {reason}"
        )
    return done.stdout


if __name__ == "__main__":
    try:
        for name in NAMES:
            for written in pin(ROOT / "envs" / f"{name}.yaml"):
                print(written.relative_to(ROOT))
    except RuntimeError as error:
        sys.exit(f"make pins: {error}")
