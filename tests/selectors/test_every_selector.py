"""What every selector promises. Each entry of the registry is checked here, a new one by itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.selectors.registry import EXCHANGE, SELECTORS
from spinn.settings import PeerSettings
from tests.support.cells import QUICK, make_data, permuted, scrambled, without_counts
from tests.support.gene_sections import DATA, SECTION, constraints_in
from tests.support.peers import install
from tests.support.selectors import FREE, choice, path_or_refusal, tasks_of

PACKAGES = [name for name, entry in SELECTORS.items() if entry.kind == "package"]
# Cheap: neither a network nor a process.
LINEAR = [name for name, e in SELECTORS.items() if not e.needs_torch and e.kind != "package"]
every_selector = pytest.mark.parametrize("name", SELECTORS)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Quick settings, and a stand-in for every package: it ranks by the seed if its entry says so."""
    kinds = {name: "seeded" if SELECTORS[name].is_random else "good" for name in PACKAGES}
    folder = install(tmp_path_factory.mktemp("packages"), **kinds)
    return replace(QUICK, peers=PeerSettings(str(folder), time_limit_s=60, memory_gb=4))


@pytest.fixture
def select(settings):
    """Return a selector's `Choice`; of cells without test cells for a package, as in its job."""

    def run(name, data, **options):
        seen = data.of("train", "valid") if name in PACKAGES else data
        return choice(name, seen, **{"sizes": [5, 3], "seed": 1, "settings": settings} | options)

    return run


@every_selector
def test_panels_have_their_sizes_and_the_ranking_starts_with_the_largest(name, select):
    path = select(name, make_data()).path
    assert [panel.size for panel in path.panels] == [5, 3]
    ranked = [place.gene for place in path.ranking]
    assert len(set(ranked)) == len(ranked) >= 5
    assert {gene for panel in path.panels for gene in panel.genes} <= set(make_data().genes)
    assert set(ranked) <= set(make_data().genes)
    assert [place.rank for place in path.ranking] == list(range(1, len(ranked) + 1))
    assert path.of_size(5).genes == tuple(ranked[:5])
    if name not in PACKAGES:  # which need not score what they rank
        assert not any(np.isnan(place.score) for place in path.ranking)


NESTED = [
    name
    for name, entry in SELECTORS.items()
    if entry.kind in ("baseline", "ranker") and not name.endswith(EXCHANGE)
]


@pytest.mark.parametrize("name", NESTED)
def test_panels_of_one_ranking_are_nested(name, select):
    path = select(name, make_data()).path
    assert path.of_size(3).genes == path.of_size(5).genes[:3]


@every_selector
def test_the_same_seed_gives_the_same_choice(name, select):
    one, other = (select(name, make_data()) for _ in range(2))
    assert (one.path, one.details, one.device) == (other.path, other.details, other.device)


@every_selector
def test_only_what_is_random_depends_on_the_seed(name, select):
    """A choice's details count: where a search ends in one panel, its losses differ."""
    choices = [select(name, make_data(), sizes=[12], seed=seed) for seed in range(3)]
    distinct = {(one.path.ranking, str(one.details)) for one in choices}
    assert (len(distinct) > 1) == SELECTORS[name].is_random


@every_selector
def test_what_is_given_stays_as_it_was(name, select):
    data, sizes = make_data(), [5, 3]
    select(name, data, sizes=sizes)
    untouched = make_data()
    assert data.fingerprint() == untouched.fingerprint()
    assert (data.counts != untouched.counts).nnz == 0
    assert np.array_equal(data.mean, untouched.mean)
    assert np.array_equal(data.std, untouched.std)
    assert sizes == [5, 3]


@every_selector
def test_required_genes_come_first_and_excluded_ones_nowhere(name, select):
    constraints = Constraints(required=("g11", "g02"), excluded=("g00", "g07"))
    path = select(name, make_data(), sizes=[4, 2], constraints=constraints).path
    assert set(path.of_size(2).genes) == {"g02", "g11"} < set(path.of_size(4).genes)
    assert not {"g00", "g07"} & {place.gene for place in path.ranking}
    with pytest.raises(ValueError, match=r"sizes must lie in 2\.\.18, got \[19\]"):
        select(name, make_data(), sizes=[19, 4], constraints=constraints)


@every_selector
def test_all_genes_or_the_only_one_can_be_chosen(name, select):
    path = select(name, make_data(), sizes=[20]).path
    assert set(path.of_size(20).genes) == set(make_data().genes)
    assert select(name, make_data(60, 1), sizes=[1]).path.of_size(1).genes == ("g00",)


@pytest.mark.parametrize(("name", "task"), [(n, task) for n in SELECTORS for task in tasks_of(n)])
def test_every_task_is_taken_with_and_without_counts(name, task, select):
    data = make_data()
    for cells in (data, without_counts(data)):
        path = select(name, cells, sizes=[6, 2], task=task).path
        assert [panel.size for panel in path.panels] == [6, 2]


@every_selector
def test_only_what_needs_labels_refuses_cells_without(name, select):
    data = replace(make_data(), labels=None, classes=())
    message = "needs labels; name an obs column as label"
    if not SELECTORS[name].needs_labels:
        assert select(name, data).path.of_size(5).size == 5
    elif name in PACKAGES:  # its failure must not stop the run
        assert select(name, data).failed == message
    else:
        with pytest.raises(ValueError, match=f"^{name} {message}$"):
            select(name, data)


@every_selector
def test_test_cells_change_nothing(name, select, settings):
    data = make_data()
    if name in PACKAGES:
        with pytest.raises(ValueError, match=r"train and valid cells only, got \['test'\] too"):
            choice(name, data, sizes=[5], settings=settings)
        return
    parts = ("test",) if SELECTORS[name].needs_torch else ("valid", "test")
    one, other = select(name, data), select(name, scrambled(data, *parts))
    assert (one.path, one.details) == (other.path, other.details)


@pytest.mark.parametrize("name", [name for name in LINEAR if not SELECTORS[name].is_random])
def test_the_order_of_genes_does_not_matter(name, select):
    data = make_data(n_cells=200)
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    one, other = (select(name, cells, sizes=[6]).path.panels[0].genes for cells in (data, shuffled))
    assert set(one) == set(other)


CASES = [
    pytest.param(name, task, marks=() if name in LINEAR and task == "reconstruction" else slow)
    for slow in [pytest.mark.slow]
    for name in SELECTORS
    for task in ("reconstruction", "classification")
    if task in tasks_of(name)
]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_constraints_are_met_or_one_line_says_why_not(name, task, select):
    n_met = 0

    @hypothesis_settings(max_examples=40 if name in LINEAR else 8)
    @given(section=SECTION, sizes=st.sets(st.integers(1, 12), min_size=1, max_size=3).map(sorted))
    def check(section, sizes):
        nonlocal n_met
        constraints = constraints_in(section)
        assume(constraints is not None)

        def chosen():
            one = select(name, DATA, sizes=sizes, constraints=constraints, task=task)
            assert one.failed is None
            return one.path

        path = path_or_refusal(chosen, constraints, DATA.genes, sizes)
        if path is None:
            return
        n_met += 1
        if name in NESTED:
            ranked = tuple(place.gene for place in path.ranking)
            assert all(panel.genes == ranked[: panel.size] for panel in path.panels)

    check()
    assert n_met, "no constraint could be met: nothing was tested"


@pytest.mark.parametrize("name", [n for n in SELECTORS if n in LINEAR or SELECTORS[n].kind == "peer"])
def test_any_lists_of_genes_are_heeded(name, select):
    genes = DATA.genes

    @hypothesis_settings(max_examples=12)
    @given(st.data())
    def check(draw):
        listed = draw.draw(st.lists(st.sampled_from([*genes, "absent"]), unique=True, max_size=14))
        cut = draw.draw(st.integers(0, len(listed)))
        required, excluded = tuple(listed[:cut]), tuple(listed[cut:])
        assume("absent" not in required)
        largest = len(genes) - len(set(excluded) - {"absent"})
        size = st.integers(max(1, cut), largest)
        sizes = draw.draw(st.lists(size, min_size=1, max_size=3, unique=True))
        constraints = Constraints(required, excluded)
        path = select(name, make_data(60), sizes=sizes, constraints=constraints).path
        assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
        for panel in path.panels:
            assert set(required) <= set(panel.genes) <= set(genes) - set(excluded)
            assert set(panel.genes[:cut]) == set(required)  # they come first

    check()


@pytest.mark.parametrize("name", LINEAR)
def test_what_meets_the_constraints_is_not_changed(name):
    from spinn.selectors.constrained import constrained
    from spinn.selectors.run import Run
    from tests.support.selectors import bare

    for constraints in (FREE, Constraints(("g11", "g02"), ("g00", "g07"))):
        run = Run(name, [6, 3], 0, constraints)
        assert constrained(bare(name, DATA), DATA.genes, run) == bare(name, DATA)(run)
