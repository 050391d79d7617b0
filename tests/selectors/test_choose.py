"""The one way to run a selector, and runs that share a choice."""

from dataclasses import replace

import pytest

from spinn.networks.training import base_model, open_problem
from spinn.panel import PanelPath
from spinn.records.choice import Choice
from spinn.records.networks import save_network
from spinn.runtime.costs import Cost
from spinn.selectors import choose as module
from spinn.selectors.choose import choose, choose_each, open_cells
from spinn.selectors.run import Run
from spinn.selectors.strategies import prepare
from tests.support.cells import QUICK, make_data, same_state
from tests.support.selectors import choice


def test_a_choice_says_where_and_with_which_noise_networks_were_trained():
    assert choice("greedy", make_data(), sizes=[3]).details == {}
    one = choice("jacobian-ranking", make_data(), sizes=[3])
    assert (one.device, one.details) == ("cpu", {"noise": "split"})
    hidden = choice("jacobian-ranking", make_data(counts=False), sizes=[3])
    assert hidden.details == {"noise": "hidden"}
    genes = choice("recommended", make_data(), sizes=[3], settings=replace(QUICK, goal="genes"))
    assert list(genes.details) == ["noise", "chosen"]


@pytest.mark.parametrize("name", ["greed", "bernoulli", "bernoulli-best", "cauchy-rfe"])
def test_unknown_selectors_are_named(name):
    with pytest.raises(KeyError, match=f"^'{name}'$"):
        open_cells(name, make_data(), "reconstruction")
    with pytest.raises(KeyError, match=f"^'{name}'$"):
        choose(open_cells("greedy", make_data(), "reconstruction"), Run(name, [3]))


def test_base_models_are_read_from_files_where_there_are_any(tmp_path):
    data = make_data()
    problem = open_problem(data, "reconstruction", QUICK, device="cpu", threads=1)
    network = base_model(problem, "open", QUICK, seed=5).network
    path = tmp_path / "base.safetensors"
    save_network(network, path, genes=problem.genes, cost=Cost(7.0, 3.0))
    cells = open_cells("jacobian-rfe", data, "reconstruction", QUICK, base_files={5: str(path)})
    base, cost = cells.base("open", 5)
    assert same_state(base.state_dict(), network.state_dict())
    assert (cost.seconds, cost.peak_mb) == (7.0, 3.0)
    run = Run("jacobian-rfe", [5], 5)
    ours = choose(cells, run)
    assert ours.cost == cost
    assert ours.path == choose(open_cells("jacobian-rfe", data, "reconstruction", QUICK), run).path
    other = prepare(replace(cells, data=make_data(n_genes=12)))
    with pytest.raises(ValueError, match=r"base\.safetensors was trained on other genes; train it"):
        other.base("open", 5)


@pytest.fixture
def runs_of(monkeypatch):
    """Return a function from runs to their choices, and to the (task, selector, seed) that ran."""

    def go(runs, failing=()):
        done = []

        def record(cells, run):
            done.append((cells, run.selector, run.seed))
            failed = "over its time limit" if done[-1] in failing else None
            return Choice(PanelPath((), ()), Cost(1.0), failed=failed, exhausted=bool(failed))

        monkeypatch.setattr(module, "choose", record)
        opened = []
        choices = list(
            choose_each(
                [(task, Run(name, [2], seed)) for task, name, seed in runs],
                lambda task: opened.append(task) or task,
            )
        )
        assert len(opened) == len(set(opened))  # cells are opened once per task
        return choices, done

    return go


def test_only_runs_that_differ_are_run(runs_of):
    seeds, tasks = (1, 2), ("reconstruction", "hurdle")
    names = ("random", "greedy", "markers", "scgenefit")
    runs = [(task, name, seed) for name in names for seed in seeds for task in tasks]
    choices, done = runs_of(runs)
    assert len(choices) == len(runs)
    assert done == [
        *((task, "random", seed) for seed in seeds for task in tasks),
        *((task, "greedy", 0) for task in tasks),  # it draws nothing
        ("reconstruction", "markers", 0),  # and knows no task
        *(("reconstruction", "scgenefit", seed) for seed in seeds),
    ]
    assert choices[4] is choices[6]
    assert choices[8] is choices[9] is choices[11]


def test_tasks_that_the_goal_answers_share_a_choice(runs_of):
    tasks = ("reconstruction", "classification", "hurdle")
    choices, done = runs_of([(task, "recommended", seed) for seed in (1, 2) for task in tasks])
    assert done == [
        (task, "recommended", seed) for seed in (1, 2) for task in ("reconstruction", "hurdle")
    ]
    assert choices[0] is choices[1]


def test_a_choice_s_cost_is_its_own_and_what_this_process_measures(runs_of):
    (one,), _ = runs_of([("hurdle", "greedy", 0)])
    assert one.cost.seconds >= 1.0


def test_a_selector_that_used_up_its_time_is_not_run_with_another_seed(runs_of):
    runs = [(task, "lassonet", seed) for seed in (3, 4, 5) for task in ("hurdle", "regression")]
    choices, done = runs_of(runs, failing=[("hurdle", "lassonet", 3)])
    assert [(task, seed) for task, _, seed in done if task == "hurdle"] == [("hurdle", 3)]
    assert len(done) == 4  # the other task is not affected
    reason = "not run: over its time limit with seed 3"
    assert [one.failed for one in choices[::2]] == ["over its time limit", reason, reason]
    assert [one.cost.seconds for one in choices[2::2]] == [0, 0]
