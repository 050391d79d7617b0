"""What every selector promises. Each entry of the registry is checked here, a new one by itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.selectors.choose import choose_each, open_cells
from spinn.selectors.registry import EXCHANGE, SELECTORS
from spinn.selectors.run import Run
from tests.support.cells import QUICK, make_data, permuted, scrambled, without_counts
from tests.support.gene_sections import DATA, SECTION, constraints_in
from tests.support.peers import in_this_process
from tests.support.selectors import choice, path_or_refusal, tasks_of

PACKAGES = [name for name, entry in SELECTORS.items() if entry.kind == "package"]
# Without a network or a process.
LINEAR = [name for name, e in SELECTORS.items() if not e.needs_torch and e.kind != "package"]
NESTED = [
    name
    for name, entry in SELECTORS.items()
    if entry.kind in ("baseline", "ranker") and not name.endswith(EXCHANGE)
]
# One exchange after each strategy is enough of the fast tests: all run the same code.
FAST_EXCHANGES = ("bernoulli-rfe+exchange", "jacobian-ranking+exchange")
every_selector = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=pytest.mark.slow if EXCHANGE in name and name not in FAST_EXCHANGES else (),
        )
        for name in SELECTORS
    ],
)


@pytest.fixture(scope="module", autouse=True)
def _packages():
    with in_this_process():
        yield


def seen_by(name, data):
    """Return the cells that a selector's job has: a package's no test cells."""
    return data.of("train", "valid") if name in PACKAGES else data


def select(name, data, **options):
    return choice(name, seen_by(name, data), **{"sizes": [5, 3], "seed": 1} | options)


def content(choice):
    """Return all of a choice but its cost, as text, in which NaN equals NaN."""
    return repr((choice.path.panels, choice.path.ranking, choice.details, choice.device))


@every_selector
def test_panels_have_their_sizes_and_the_ranking_starts_with_the_largest(name):
    path, genes = select(name, make_data()).path, set(make_data().genes)
    assert [panel.size for panel in path.panels] == [5, 3]
    assert set(path.of_size(3).genes) <= genes
    ranked = [place.gene for place in path.ranking]
    assert path.of_size(5).genes == tuple(ranked[:5])
    assert len(set(ranked)) == len(ranked) >= 5
    assert set(ranked) <= genes
    assert [place.rank for place in path.ranking] == list(range(1, len(ranked) + 1))
    if name not in PACKAGES:  # these need not score what they rank
        assert not any(np.isnan(place.score) for place in path.ranking)


@pytest.mark.parametrize("name", NESTED)
def test_panels_of_one_ranking_are_nested(name):
    path = select(name, make_data()).path
    assert path.of_size(3).genes == path.of_size(5).genes[:3]


@every_selector
def test_the_same_seed_gives_the_same_choice(name):
    assert content(select(name, make_data())) == content(select(name, make_data()))


@every_selector
def test_only_what_is_random_depends_on_the_seed(name):
    data = seen_by(name, make_data())
    runs = [("reconstruction", Run(name, [12], seed)) for seed in range(3)]
    if name in PACKAGES:  # the entry alone decides with which seeds one runs
        choices = choose_each(runs, lambda task: open_cells(name, data, task, QUICK))
    else:
        choices = (select(name, data, sizes=[12], seed=run.seed) for _, run in runs)
    assert (len({content(one) for one in choices}) > 1) == SELECTORS[name].is_random


@every_selector
def test_what_is_given_stays_as_it_was(name):
    data, untouched, sizes = make_data(), make_data(), [5, 3]
    choice(name, seen_by(name, data), sizes=sizes)
    assert sizes == [5, 3]
    assert data.fingerprint() == untouched.fingerprint()
    assert (data.counts != untouched.counts).nnz == 0
    assert np.array_equal(data.mean, untouched.mean)
    assert np.array_equal(data.std, untouched.std)


@every_selector
def test_required_genes_come_first_and_excluded_ones_nowhere(name):
    constraints = Constraints(required=("g11", "g02"), excluded=("g00", "g07"))
    path = select(name, make_data(), sizes=[4, 2], constraints=constraints).path
    assert set(path.of_size(2).genes) == {"g02", "g11"} == set(path.of_size(4).genes[:2])
    assert not {"g00", "g07"} & {place.gene for place in path.ranking}
    with pytest.raises(ValueError, match=r"sizes must lie in 2\.\.18, got \[19\]"):
        select(name, make_data(), sizes=[19, 4], constraints=constraints)


@every_selector
def test_all_genes_or_the_only_one_can_be_chosen(name):
    path = select(name, make_data(), sizes=[20]).path
    assert set(path.of_size(20).genes) == set(make_data().genes)
    assert select(name, make_data(60, 1), sizes=[1]).path.of_size(1).genes == ("g00",)


@every_selector
def test_every_task_is_taken_with_and_without_counts(name):
    for task in tasks_of(name):
        for data in (make_data(), without_counts(make_data())):
            path = select(name, data, sizes=[6, 2], task=task).path
            assert [len(set(panel.genes)) for panel in path.panels] == [6, 2]


@every_selector
def test_only_what_needs_labels_refuses_cells_without(name):
    data = replace(make_data(), labels=None, classes=())
    message = "needs labels; name an obs column as label"
    if not SELECTORS[name].needs_labels:
        assert select(name, data).path.of_size(5).size == 5
    elif name in PACKAGES:  # where a failure does not stop the run
        assert select(name, data).failed == message
    else:
        with pytest.raises(ValueError, match=f"^{name} {message}$"):
            select(name, data)


@every_selector
def test_test_cells_change_nothing(name):
    """Where no network decides by validation cells when to stop, these play no part either."""
    data = make_data()
    if name in PACKAGES:
        with pytest.raises(ValueError, match=r"train and valid cells only, got \['test'\] too"):
            choice(name, data, sizes=[5])
        return
    parts = ("valid", "test") if name in LINEAR else ("test",)
    assert content(select(name, scrambled(data, *parts))) == content(select(name, data))


@pytest.mark.parametrize("name", [name for name in LINEAR if not SELECTORS[name].is_random])
def test_the_order_of_genes_does_not_matter(name):
    data = make_data(n_cells=200)
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    one, other = (select(name, cells, sizes=[6]).path.of_size(6) for cells in (data, shuffled))
    assert set(one.genes) == set(other.genes)


def check_constraints(name, task, n_examples):
    n_met = 0

    @settings(max_examples=n_examples)
    @given(section=SECTION, sizes=st.sets(st.integers(1, 12), min_size=1, max_size=3).map(sorted))
    def check(section, sizes):
        nonlocal n_met
        constraints = constraints_in(section)
        assume(constraints is not None)
        options = {"sizes": sizes, "constraints": constraints, "task": task}
        path = path_or_refusal(
            lambda: select(name, DATA, **options).path, constraints, DATA.genes, sizes
        )
        if path is None:
            return
        n_met += 1
        if name in NESTED:
            ranked = tuple(place.gene for place in path.ranking)
            assert all(p.genes == ranked[: len(p.genes)] for p in path.panels)

    check()
    assert n_met, "no constraints could be met: nothing was tested"


@pytest.mark.parametrize("name", LINEAR)
def test_constraints_are_met_or_one_line_says_why_not(name):
    check_constraints(name, "reconstruction", n_examples=10)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "task"),
    [
        (name, task)
        for name in SELECTORS
        for task in ("reconstruction", "classification")
        if task in tasks_of(name)
    ],
)
def test_many_constraints_are_met_or_one_line_says_why_not(name, task):
    check_constraints(name, task, n_examples=40 if name in LINEAR else 8)


@pytest.mark.slow
@every_selector
def test_any_lists_of_genes_are_heeded(name):
    @settings(max_examples=12)
    @given(st.data())
    def check(data):
        genes = list(DATA.genes)
        listed = data.draw(st.lists(st.sampled_from([*genes, "absent"]), unique=True, max_size=14))
        n_required = data.draw(st.integers(0, len(listed)))
        required, excluded = tuple(listed[:n_required]), tuple(listed[n_required:])
        assume("absent" not in required)
        size = st.integers(max(1, n_required), len(genes) - len(set(excluded) - {"absent"}))
        sizes = data.draw(st.lists(size, min_size=1, max_size=3, unique=True))
        constraints = Constraints(required, excluded)
        path = select(name, make_data(60), sizes=sizes, constraints=constraints).path
        assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
        for panel in path.panels:
            assert set(required) <= set(panel.genes) <= set(genes) - set(excluded)
            assert set(panel.genes[:n_required]) == set(required)  # they come first

    check()
