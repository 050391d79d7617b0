"""Panels that are added to a base: what selectors see of it, and what is documented."""

from spinn.constraints.constraints import Constraints
from spinn.panel import ranked_path
from spinn.records.choice import Choice
from spinn.selectors.base import added, by_added_size, modelled
from spinn.selectors.choose import choose_each
from spinn.selectors.run import Run
from tests.support.cells import make_data

BASE = Constraints(base=("g03", "g07"), slots=("Cre",))
DATA = make_data()


def test_selectors_see_the_base_as_required_and_free():
    run = modelled(Run("any", [4, 6], 0, BASE), DATA.genes)
    assert list(run.sizes) == [5, 7]
    assert run.constraints.required == ("g03", "g07")
    assert run.constraints.cost == {"g03": 0.0, "g07": 0.0}
    free = Run("any", [4], 0, Constraints())
    assert modelled(free, DATA.genes) is free


def test_what_is_added_has_ranks_and_sizes_of_its_own():
    path = ranked_path(["g03", "g07", "g01", "g02", "g05"], [5, 4, 3, 2, 1], [5])
    panels = added(path, BASE)
    assert panels.sizes == [4]
    assert panels.of_size(4).genes == ("g01", "g02", "g05")
    assert panels.of_size(4).measured == ("g03", "g07", "g01", "g02", "g05")
    assert [(place.gene, place.rank) for place in panels.ranking][:2] == [("g01", 1), ("g02", 2)]


def test_details_are_documented_by_the_size_that_is_added():
    details = {"chosen": {"5": {"taken": "greedy", "losses": {"greedy": 0.5}}}}
    assert by_added_size(details, BASE) == {"chosen": {"4": details["chosen"]["5"]}}
    assert by_added_size(details, Constraints()) == details


def test_every_task_of_a_package_gets_what_is_added(monkeypatch):
    """A package answers once for all tasks; its panels for another task are modelled ones."""
    path = ranked_path(["g03", "g07", "g01", "g02", "g05"], [5, 4, 3, 2, 1], [5])
    answer = Choice(added(path, BASE), for_task=lambda _: Choice(path))
    monkeypatch.setattr("spinn.selectors.choose.choose", lambda *_: answer)
    run = Run("greedy", [4], 0, BASE)
    choices = choose_each([("reconstruction", run)] * 2, lambda _: None)
    assert [choice.path.panels[0] for choice in choices] == [answer.path.panels[0]] * 2
