"""What the daemons of the throw-away SLURM cluster read."""

import contextlib
import os
import socket
from pathlib import Path

NODES = ("n1", "n2", "n3")
HEAD = "# A throw-away cluster of spinn's tests."
SLURM_CONF = """\
{head}
ClusterName=toy
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
SlurmdTimeout=20
MessageTimeout=60
KillWait=5
MinJobAge=300
JobRequeue=1
DefMemPerCPU=500
SchedulerParameters=bf_interval=5,sched_interval=5
# Memory is watched by adding up what processes hold, where a real cluster has cgroups.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStoreFlags=job_comment
AccountingStorageHost=127.0.0.1
AccountingStoragePort={ports[1]}
AccountingStoragePass={folder}/munge.socket
{nodes}
PartitionName=main Nodes=ALL Default=YES DefaultTime=10 MaxTime=10-0 State=UP
"""
NODE = (
    "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
    "Sockets=1 CoresPerSocket={cores} ThreadsPerCore=1 RealMemory={memory} State=UNKNOWN"
)
SLURMDBD_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={ports[1]}
SlurmUser=root
LogFile={folder}/slurmdbd.log
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={ports[2]}
StorageUser=slurm
StoragePass=toy
StorageLoc=slurm_acct_db
"""
CGROUP_CONF = {False: "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n"}
CGROUP_CONF[True] = "CgroupPlugin=cgroup/v2\nIgnoreSystemd=yes\n"


def write_configuration(folder: Path) -> Path:
    """Write everything that the daemons read, with free ports; return the path of slurm.conf."""
    conf = folder / "slurm.conf"
    for name in ("state", "spool", *(f"spool/{node}" for node in NODES)):
        (folder / name).mkdir(parents=True)
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024 - 512
    ports = _free_ports(3 + len(NODES))
    (folder / "ports").write_text(" ".join(map(str, ports)))
    host = socket.gethostname().partition(".")[0]
    nodes = [
        NODE.format(name=name, host=host, port=port, cores=os.cpu_count(), memory=memory)
        for name, port in zip(NODES, ports[3:], strict=True)
    ]
    texts = {"head": HEAD, "folder": folder, "host": host, "ports": ports}
    conf.write_text(SLURM_CONF.format(nodes="\n".join(nodes), **texts))
    is_unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    (folder / "cgroup.conf").write_text(CGROUP_CONF[is_unified])
    _write_secret(folder / "slurmdbd.conf", SLURMDBD_CONF.format(**texts).encode())
    _write_secret(folder / "munge.key", os.urandom(1024))
    return conf


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def port(folder: Path, position: int) -> int:
    """Return one of the ports: of slurmctld, slurmdbd, the database, the nodes."""
    return int((folder / "ports").read_text().split()[position])


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
