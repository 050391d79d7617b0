"""The few commands of conda that Snakemake and `make pins` call, by py-rattler's solver and linker.

`python standin.py --lay ROOT` writes ROOT/bin/conda and ROOT/bin/activate, run by this interpreter.
Channels given by name lie below CONDA_CHANNEL_ALIAS, as they do for conda.
"""

import argparse
import asyncio
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import rattler
import yaml

VERSION = "26.1.0"
PLATFORM = str(rattler.Platform.current())
ACTIVATE = """\
export CONDA_PREFIX="$1" CONDA_DEFAULT_ENV="$1" CONDA_SHLVL=1 PATH="$1/bin:$PATH"
"""


def lay(root):
    """Write the programs `conda` and `activate`."""
    programs = root / "bin"
    programs.mkdir(parents=True)
    words = shlex.join([sys.executable, "-I", str(Path(__file__).resolve())])
    conda = programs / "conda"
    conda.write_text(f'#!/bin/sh\nSTANDIN_ROOT={shlex.quote(str(root))} exec {words} "$@"\n')
    conda.chmod(0o755)
    (programs / "activate").write_text(ACTIVATE)


def create_from_yaml(file, prefix):
    """Solve and link what an environment file requires, then let its own pip install the rest."""
    document = yaml.safe_load(Path(file).read_text())
    channels = [_address(name) for name in document["channels"] if name != "nodefaults"]
    wanted = document["dependencies"]
    records = asyncio.run(
        rattler.solve(
            channels,
            [each for each in wanted if isinstance(each, str)],
            platforms=[PLATFORM, "noarch"],
            virtual_packages=rattler.VirtualPackage.detect(),
        )
    )
    _link(records, prefix)
    lines = [line for each in wanted if isinstance(each, dict) for line in each["pip"]]
    if lines:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
            requirements.write("\n".join(lines))
            requirements.flush()
            install = ["-m", "pip", "install", "--quiet", "-U", "-r", requirements.name]
            subprocess.run([f"{prefix}/bin/python", *install], check=True)


def create_from_pins(file, prefix):
    """Link exactly the packages of an explicit list, whose checksums must be the channel's."""
    lines = [line.strip() for line in Path(file).read_text().splitlines()]
    records = [_record(line) for line in lines if line and line[0] not in "#@"]
    _link(records, prefix)


def explicit(prefix):
    """Return the explicit list of what is linked into an environment."""
    files = sorted(Path(prefix, "conda-meta").glob("*.json"))
    records = [rattler.PrefixRecord.from_path(path) for path in files]
    return [f"{record.url}#{record.md5.hex()}" for record in records]


def _address(name):
    return name if "://" in name else f"{os.environ['CONDA_CHANNEL_ALIAS'].rstrip('/')}/{name}"


def _record(line):
    address, _, checksum = line.partition("#")
    channel, subdir, name = address.rsplit("/", 2)
    index = rattler.RepoData.from_path(
        Path(channel.removeprefix("file://"), subdir, "repodata.json")
    )
    records = index.into_repo_data(rattler.Channel(channel))
    matching = [record for record in records if record.file_name == name]
    if not matching:
        raise SystemExit(f"PackagesNotFoundError: {address}")
    if matching[0].md5.hex() != checksum:
        raise SystemExit(f"ChecksumMismatchError: {address}")
    return matching[0]


def _link(records, prefix):
    cache = Path(os.environ["STANDIN_ROOT"], "pkgs")
    asyncio.run(rattler.install(records, prefix, cache_dir=cache, show_progress=False))


def main(words):
    if words[0] == "--lay":
        lay(Path(words[1]))
    elif words == ["--version"]:
        print(f"conda {VERSION}")
    elif words == ["info", "--json"]:
        root = os.environ["STANDIN_ROOT"]
        print(json.dumps({"conda_prefix": root, "root_prefix": root, "platform": PLATFORM}))
    elif words[:2] == ["config", "--get"]:
        print(json.dumps({"get": {"channel_priority": "strict"}}))
    elif words[0] != "clean":
        _with_options(words)


def _with_options(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("verbs", nargs="+", choices=["env", "create", "list"])
    parser.add_argument("--file")
    parser.add_argument("--prefix", required=True)
    for flag in ("--quiet", "--yes", "--no-default-packages", "--explicit", "--md5"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args(words)
    if options.verbs == ["env", "create"]:
        create_from_yaml(options.file, options.prefix)
    elif options.verbs == ["create"]:
        create_from_pins(options.file, options.prefix)
    elif options.verbs == ["list"]:
        print(f"# platform: {PLATFORM}", "@EXPLICIT", *explicit(options.prefix), sep="\n")
    else:
        parser.error(f"not covered: {words}")


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # py-rattler's threads outlive its work, and now and then crash a usual exit
