"""Build a local conda channel from what is at hand: `python channel.py FOLDER WHEEL...`.

It holds the interpreter that runs this, as the package `python`, and every wheel (pure Python) as a
package of its own. No real channel is queried, so it proves that environments are deployed as their
files say, not that conda-forge holds what they name.
"""

import asyncio
import hashlib
import io
import json
import os
import re
import sys
import tarfile
import zipfile
from pathlib import Path

from rattler.index import index_fs

SHORT, FULL = "{}.{}".format(*sys.version_info), "{}.{}.{}".format(*sys.version_info)
MADE = 1_700_000_000  # the same archive on every day
LEFT_OUT = {
    "__pycache__",
    "dist-packages",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "site-packages",
    "test",
    "tests",
    "tkinter",
    "turtledemo",
}


def build(channel, wheels):
    """Write packages and index of a channel."""
    _write(channel, _about("python", FULL, [], "linux-64"), _interpreter())
    for wheel in wheels:
        _write(channel, *_of_wheel(wheel))
    asyncio.run(index_fs(channel))


def _interpreter():
    """Return the files of this interpreter without its packages: content and mode by name."""
    base = Path(sys.base_prefix)
    library = base / "lib" / f"python{SHORT}"
    files = {f"lib/python{SHORT}/site-packages/.keep": (b"", 0o644)}
    for root, folders, names in os.walk(library):
        folders[:] = [
            name for name in folders if name not in LEFT_OUT and not name.startswith("config-")
        ]
        for name in names:
            path = Path(root, name)
            mode = 0o755 if path.suffix == ".so" else 0o644
            files[path.relative_to(base).as_posix()] = (path.read_bytes(), mode)
    program = (base / "bin" / f"python{SHORT}").resolve().read_bytes()
    for name in ("python", "python3", f"python{SHORT}"):
        files[f"bin/{name}"] = (program, 0o755)
    for shared in base.glob(f"lib/libpython{SHORT}.so*"):
        files[f"lib/{shared.name}"] = (shared.resolve().read_bytes(), 0o755)
    return files


def _of_wheel(wheel):
    """Return index entry, files and link instructions of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        content = {
            name: archive.read(name) for name in archive.namelist() if not name.endswith("/")
        }
    (metadata,) = (name for name in content if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
    fields = dict(re.findall(r"^(Name|Version): (.*)$", content[metadata].decode(), re.MULTILINE))
    scripts = content.get(metadata.replace("METADATA", "entry_points.txt"), b"").decode()
    console = scripts.partition("[console_scripts]")[2].partition("[")[0]
    link = {
        "noarch": {
            "type": "python",
            "entry_points": [line for line in console.splitlines() if "=" in line],
        },
        "package_metadata_version": 1,
    }
    about = _about(fields["Name"].lower(), fields["Version"], ["python >=3"], "noarch")
    files = {f"site-packages/{name}": (data, 0o644) for name, data in content.items()}
    return {**about, "noarch": "python"}, files, link


def _about(name, version, depends, place):
    return {
        "name": name,
        "version": version,
        "build": "0_local",
        "build_number": 0,
        "depends": depends,
        "subdir": place,
        "timestamp": 1000 * MADE,
    }


def _write(channel, about, files, link=None):
    folder = channel / about["subdir"]
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        {
            "_path": name,
            "path_type": "hardlink",
            "sha256": hashlib.sha256(data).hexdigest(),
            "size_in_bytes": len(data),
        }
        for name, (data, _) in sorted(files.items())
    ]
    info = {
        "index.json": about,
        "paths.json": {"paths": paths, "paths_version": 1},
        "about.json": {},
        **({"link.json": link} if link else {}),
    }
    metadata = {f"info/{name}": (json.dumps(text).encode(), 0o644) for name, text in info.items()}
    package = folder / f"{about['name']}-{about['version']}-{about['build']}.tar.bz2"
    with tarfile.open(package, "w:bz2", compresslevel=1) as archive:
        for name, (data, mode) in {**metadata, **dict(sorted(files.items()))}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), mode, MADE
            archive.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    place = Path(sys.argv[1])
    for subdir in ("noarch", "linux-64"):
        (place / subdir).mkdir(parents=True, exist_ok=True)
    build(place, map(Path, sys.argv[2:]))
    os._exit(0)  # py-rattler's threads outlive its work, and now and then crash a usual exit
