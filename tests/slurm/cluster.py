"""A throw-away SLURM cluster of three nodes on this one machine, from Debian's packages.

It wants root, but neither systemd nor cgroups, and writes below one folder but for a link in
/etc/slurm, where commands inside of jobs find it. Its daemons are children that die with this
process, however it ends; what they start carries a variable by which it is found and stopped,
process by process.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.slurm.configuration import HEAD, NODES, port, write_configuration

PACKAGES = (
    "slurmctld slurmd slurmdbd slurm-client slurm-wlm-basic-plugins slurm-wlm-mysql-plugin "
    "munge mariadb-server"
)
PROGRAMS = "slurmctld slurmd slurmdbd sbatch sacct munged mariadbd mariadb-install-db setpriv"
PATIENCE_S = 180  # for one daemon to answer, on a busy machine
MARK = "SPINN_TEST_CLUSTER"  # the variable of everything that a cluster starts
DEFAULT_CONF = Path("/etc/slurm/slurm.conf")


class CannotRunError(Exception):
    """SLURM cannot be had or does not start on this machine; the message says why."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes
    ----------
    conf
        Its slurm.conf, which clients find by the variable SLURM_CONF.
    daemons
        Every daemon's process by name; a node's is its slurmd.
    """

    conf: Path
    daemons: dict[str, subprocess.Popen]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SLURM_CONF": str(self.conf), MARK: str(self.conf)}

    def run(self, *words: object) -> str:
        """Return what one of SLURM's commands prints."""
        return _do(*words, env=self.environment)

    def is_at_work(self, job: str) -> bool:
        """Return whether a job's own processes run, which is a moment after its state `RUNNING`."""
        return any(variables.get("SLURM_JOB_ID") == job for _, variables in self._processes())

    def cut_off(self, node: str) -> list[int]:
        """Kill a node as a power cut does: its daemon and all it has started; return the pids."""
        daemon = self.daemons[node]
        daemon.kill()
        daemon.wait()
        # A step's manager has no node in its environment, but its jobs have.
        jobs = {
            variables["SLURM_JOB_ID"]
            for _, variables in self._processes()
            if variables.get("SLURMD_NODENAME") == node and "SLURM_JOB_ID" in variables
        }
        managers = tuple(f"slurmstepd: [{job}." for job in jobs)
        doomed = [
            pid
            for pid, variables in self._processes()
            if variables.get("SLURMD_NODENAME") == node or _title(pid).startswith(managers)
        ]
        for pid in doomed:
            _kill(pid)
        return [daemon.pid, *doomed]

    def sweep(self) -> None:
        """Kill all that the cluster's nodes have started and is left."""
        for pid, _ in self._processes():
            if pid != os.getpid():
                _kill(pid)

    def _processes(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Every process of this cluster by its pid, with its environment."""
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                entries = (place / "environ").read_bytes().decode(errors="replace").split("\0")
                variables = dict(entry.split("=", 1) for entry in entries if "=" in entry)
                if variables.get(MARK) == str(self.conf):
                    yield int(place.name), variables


def install() -> None:
    """Install Debian's packages of SLURM where they are missing.

    Raises
    ------
    CannotRunError
        If this is no root's Debian, or the packages cannot be had.
    """
    if os.geteuid() != 0:
        raise CannotRunError("it takes root to start SLURM's daemons")
    if not _missing():
        return
    if shutil.which("apt-get") is None:
        raise CannotRunError(f"no apt-get to install {', '.join(_missing())} with")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update", f"install -y --no-install-recommends {PACKAGES}"):
        done = subprocess.run(
            ["apt-get", *words.split()], env=quiet, capture_output=True, text=True, check=False
        )
        if done.returncode != 0 and words != "update":
            raise CannotRunError(f"apt-get cannot install SLURM: {done.stderr.strip()[-300:]}")
    if _missing():
        raise CannotRunError(f"Debian's packages do not hold {', '.join(_missing())}")


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Cluster]:
    """Start a cluster below a folder; stop it and all it has started in the end.

    Raises
    ------
    CannotRunError
        If a daemon does not start; the message ends with its own words.
    """
    _refuse_other_clusters()
    conf = write_configuration(folder)
    cluster = Cluster(conf, {})
    DEFAULT_CONF.parent.mkdir(exist_ok=True)
    DEFAULT_CONF.unlink(missing_ok=True)  # of an earlier one that was killed
    DEFAULT_CONF.symlink_to(conf)
    # A polite request to end must leave nothing behind either.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    try:
        _start(cluster, folder)
        yield cluster
    finally:
        signal.signal(signal.SIGTERM, before)
        cluster.sweep()
        for daemon in reversed(cluster.daemons.values()):
            daemon.terminate()
        for daemon in cluster.daemons.values():
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        cluster.sweep()
        if DEFAULT_CONF.is_symlink() and DEFAULT_CONF.readlink() == conf:
            DEFAULT_CONF.unlink()


def _refuse_other_clusters() -> None:
    if DEFAULT_CONF.exists() and not DEFAULT_CONF.read_text().startswith(HEAD):
        raise CannotRunError(f"this machine has a SLURM of its own: {DEFAULT_CONF}")


def _start(cluster: Cluster, folder: Path) -> None:
    def start(name: str, *words: object, answers: Callable[[], bool]) -> None:
        _start_daemon(cluster, folder, name, words, answers)

    munge, database = folder / "munge.socket", folder / "mariadb.socket"
    start(
        "munged",
        *f"munged --foreground --force --key-file {folder}/munge.key --socket {munge}".split(),
        *f"--pid-file {folder}/munged.pid --log-file {folder}/munged.log".split(),
        *f"--seed-file {folder}/munged.seed".split(),
        answers=lambda: _runs("munge", "--no-input", "--socket", munge),
    )
    _do("mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={folder}/db")
    start(
        "mariadbd",
        *f"mariadbd --no-defaults --user=root --datadir={folder}/db --socket={database}".split(),
        *f"--port={port(folder, 2)} --bind-address=127.0.0.1".split(),
        *f"--pid-file={folder}/mariadb.pid --innodb-lock-wait-timeout=900".split(),
        answers=lambda: _runs("mariadb-admin", "--no-defaults", f"--socket={database}", "ping"),
    )
    _do(
        *("mariadb", "--no-defaults", f"--socket={database}", "-e"),
        "CREATE USER slurm@localhost IDENTIFIED BY 'toy'; "
        "CREATE USER slurm@127.0.0.1 IDENTIFIED BY 'toy'; "
        "GRANT ALL ON slurm_acct_db.* TO slurm@localhost; "
        "GRANT ALL ON slurm_acct_db.* TO slurm@127.0.0.1;",
    )
    # The accounts: a cluster, an account, a user, as an administrator makes them.
    start(
        "slurmdbd",
        *("slurmdbd", "-D"),
        answers=lambda: _listens(port(folder, 1)),
    )
    for words in ("add cluster toy", "add account lab", "add user root account=lab"):
        cluster.run("sacctmgr", "-i", *words.split())
    start(
        "slurmctld",
        *("slurmctld", "-D", "-f", cluster.conf),
        answers=lambda: _runs("scontrol", "ping", env=cluster.environment),
    )
    for node in NODES:
        start(node, "slurmd", "-D", "-N", node, "-f", cluster.conf, answers=lambda: True)
    _wait(
        lambda: cluster.run("sinfo", "-h", "-N", "-o", "%t").split() == ["idle"] * len(NODES),
        f"the nodes are not idle: {folder}/slurmd-*.log",
    )


def _start_daemon(
    cluster: Cluster,
    folder: Path,
    name: str,
    words: tuple[object, ...],
    answers: Callable[[], bool],
) -> None:
    output = folder / f"{name}.out"
    with output.open("w") as stream:
        daemon = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, words)],
            env=cluster.environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # what stops a terminal's programs must not stop these first
        )
    cluster.daemons[name] = daemon

    def is_up() -> bool:
        if daemon.poll() is not None:
            said = output.read_text(errors="replace").strip()[-300:]
            raise CannotRunError(f"{name} ended at once: {said or f'see {folder}/{name}.log'}")
        return answers()

    _wait(is_up, f"{name} does not answer")


def _missing() -> list[str]:
    return [name for name in PROGRAMS.split() if shutil.which(name) is None]


def _do(*words: object, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [*map(str, words)], env=env, capture_output=True, text=True, timeout=PATIENCE_S
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise CannotRunError(f"{' '.join(map(str, words[:3]))}: {said}")
    return done.stdout


def _runs(*words: object, env: dict[str, str] | None = None) -> bool:
    return subprocess.run([*map(str, words)], env=env, capture_output=True).returncode == 0


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _wait(holds: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise CannotRunError(f"{complaint} after {PATIENCE_S} s")
        time.sleep(0.2)


def _title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return ""


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
