"""The tiny config on three nodes of SLURM, with a job, a node and too little memory on the way.

`make test-slurm` runs it; the other suites leave this folder out. Skips where SLURM cannot be had.
"""

import contextlib
import re
import subprocess
import time
from dataclasses import dataclass

import pytest

from tests.slurm.cluster import CannotRunError, install, started
from tests.support.workflow import (
    UNTIL_PANELS,
    command,
    copy_project,
    environment,
    panels,
    snakemake,
    write_config,
)

# The node is lost when little else is at work: what SLURM is about to start there it requeues.
CANCELLED, ON_LOST_NODE, SHORT_OF_MEMORY = "select_bernoulli", "collect_scores", "train_base"
# SLURM checks once a second. The first attempt gets less than the job's own Snakemake holds from
# start to end, so that no check can miss it; the second gets enough.
MEMORY = "100 if attempt == 1 else 1200"
PATIENCE_S = 1800
COLUMNS = "JobIDRaw,State,ReqMem,TimelimitRaw,NodeList,Comment"


@dataclass(frozen=True)
class Submission:
    """A line of sacct: one allocation of one job."""

    job: str
    state: str
    memory: str
    minutes: int
    nodes: str
    rule: str


@dataclass(frozen=True)
class Outcome:
    """What a run on the cluster left behind, and the same run on this host."""

    code: int
    said: str
    submissions: list[Submission]
    killed: dict[str, str]  # job id by rule
    daemons_said: str
    ours: dict
    theirs: dict

    def of(self, rule):
        return [each for each in self.submissions if each.rule == rule]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    place = tmp_path_factory.mktemp("slurm")
    with contextlib.ExitStack() as stack:
        try:
            install()
            cluster = stack.enter_context(started(place / "cluster"))
        except CannotRunError as error:
            pytest.skip(f"SLURM: {error}")
        return run(cluster, place)


def run(cluster, place):
    config = write_config(
        place / "tiny.yaml",
        tasks=["classification"],
        selectors=["bernoulli-rfe", "greedy", "random"],
        seeds=[0],
        evaluation={"robustness": []},
    )
    here = copy_project(place / "local")
    done = snakemake(here, "--cores", 2, "--configfile", config, *UNTIL_PANELS)
    assert done.returncode == 0, done.stdout

    there = copy_project(place / "project")
    log = place / "snakemake.log"
    with log.open("w") as stream:
        running = subprocess.Popen(
            command(
                *("--workflow-profile", "profiles/slurm", "--configfile", config),
                *("--jobs", 4, "--set-resources", f"{SHORT_OF_MEMORY}:mem_mb={MEMORY}"),
                # A real cluster's patience would make this test one of hours.
                *("--slurm-init-seconds-before-status-checks", 3),
                *("--seconds-between-status-checks", 3),
            ),
            cwd=there,
            env={**environment(), **cluster.environment, "PATH": environment()["PATH"]},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            killed = disturb(cluster, running)
        finally:
            running.kill()
            running.wait()
    return Outcome(
        code=running.returncode,
        said=log.read_text(),
        submissions=accounted(cluster),
        killed=killed,
        daemons_said="".join(path.read_text() for path in cluster.conf.parent.glob("slurm*.log")),
        ours=panels(here / "results"),
        theirs=panels(there / "results"),
    )


def disturb(cluster, running):
    """Cancel a job and cut a node off as soon as they are at work; wait for the end of the run."""
    killed = {}
    deadline = time.monotonic() + PATIENCE_S
    while running.poll() is None:
        assert time.monotonic() < deadline, f"still at work after {PATIENCE_S} s"
        for job, state, node, rule in queue(cluster):
            if state != "RUNNING" or rule in killed or not cluster.is_at_work(job):
                continue
            if rule == CANCELLED:
                cluster.run("scancel", job)
                killed[rule] = job
            if rule == ON_LOST_NODE:
                assert len(cluster.cut_off(node)) > 1
                killed[rule] = job
        time.sleep(0.5)
    return killed


def queue(cluster):
    """Return (job, state, node, rule) of every job that waits or runs."""
    lines = cluster.run("squeue", "-h", "-o", "%i|%T|%N|%k").splitlines()
    rows = [line.split("|") for line in lines]
    return [(job, state, node, rule_of(comment)) for job, state, node, comment in rows]


def accounted(cluster):
    """Return what the accounting holds, every start of a job that was started again."""
    text = cluster.run("sacct", "-X", "-D", "-n", "-P", "-S", "now-3hours", "-o", COLUMNS)
    rows = [line.split("|") for line in text.splitlines()]
    return [
        Submission(job, state.split()[0], memory, int(minutes), nodes, rule_of(comment))
        for job, state, memory, minutes, nodes, comment in rows
    ]


def rule_of(comment):
    """Return the rule that the executor has written into a job's comment."""
    return comment.removeprefix("rule_").partition("_wildcards_")[0]


def test_the_run_ends_well_with_the_panels_of_a_local_run(outcome):
    assert outcome.code == 0, outcome.said
    assert len(outcome.ours) == 4  # three that are compared, one that is delivered
    assert outcome.theirs == outcome.ours


def test_a_cancelled_job_is_submitted_again(outcome):
    first, second = outcome.of(CANCELLED)
    assert first.job == outcome.killed[CANCELLED]
    assert (first.state, second.state) == ("CANCELLED", "COMPLETED")
    assert second.job != first.job
    assert second.minutes == 2 * first.minutes


def test_the_job_of_a_lost_node_is_submitted_to_another(outcome):
    first, second = outcome.of(ON_LOST_NODE)
    assert first.job == outcome.killed[ON_LOST_NODE]
    assert (first.state, second.state) == ("NODE_FAIL", "COMPLETED")
    assert second.job != first.job
    assert second.nodes != first.nodes


def test_a_job_killed_for_memory_is_submitted_again_with_more(outcome):
    first, second = outcome.of(SHORT_OF_MEMORY)
    assert (first.memory, second.memory) == ("100M", "1200M")
    assert first.state in ("FAILED", "CANCELLED", "OUT_OF_MEMORY")
    assert second.state == "COMPLETED"
    killed = re.findall(r"(?:Job |StepId=)(\d+)\S* exceeded memory limit", outcome.daemons_said)
    assert set(killed) == {first.job}


def test_jobs_request_what_their_rules_say(outcome):
    for row in outcome.submissions:
        if row.rule != SHORT_OF_MEMORY:
            assert 1000 <= int(row.memory.removesuffix("M")) <= 4100, row
        assert 20 <= row.minutes <= 180, row


def test_small_jobs_are_not_submitted_and_others_share_the_nodes(outcome):
    rules = {row.rule for row in outcome.submissions}
    assert {"prepare", "recommend", "collect_scores"} <= rules
    assert not {"plot_figures", "write_report", "write_provenance", "collect_stability"} & rules
    assert len({row.nodes for row in outcome.submissions}) > 1
