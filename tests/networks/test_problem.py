"""Problems: views, targets and bases cut from training and validation cells alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from spinn.networks.batches import TRAIN_SEED, VALID_SEED, views
from spinn.networks.problem import TASKS, make_problem, principal_basis
from spinn.networks.tasks import Reconstruction
from spinn.preparation.thinning import thin
from tests.support.cells import make_data, scrambled, without_counts

DATA = make_data()
TRAIN = DATA.of("train")
ALL = torch.arange(TRAIN.n_cells)


def same_examples(one, other):
    index = torch.arange(one.n_cells)
    return all(
        torch.equal(a, b)
        for view in range(len(one.inputs))
        for a, b in zip(one.batch(view, index), other.batch(view, index), strict=True)
    )


@pytest.mark.parametrize("part", ["train", "valid"])
def test_split_views_read_one_half_and_predict_the_other(part):
    problem = make_problem(DATA, "reconstruction", basis=None, n_splits=2)
    seed, n_splits = {"train": (TRAIN_SEED, 2), "valid": (VALID_SEED, 1)}[part]
    examples, cells = getattr(problem, part), DATA.of(part)
    pairs = [half for pair in thin(cells, n_splits=n_splits, seed=seed) for half in pair]
    assert len(examples.inputs) == len(examples.targets) == len(pairs)
    for view, half in enumerate(pairs):
        x, y = examples.batch(view, torch.arange(cells.n_cells))
        read = x.numpy() * problem.encoder.input_std + problem.encoder.input_mean
        np.testing.assert_allclose(read, half.toarray(), atol=1e-4)
        other = pairs[view ^ 1].toarray()
        np.testing.assert_allclose(y + problem.task.mean, other, atol=1e-4)


@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
def test_inputs_are_standardised_over_all_views_of_the_training_cells(noise):
    problem = make_problem(DATA, "reconstruction", noise=noise)
    x = torch.cat([rows.take(ALL) for rows in problem.train.inputs])
    torch.testing.assert_close(x.mean(0), torch.zeros(20), atol=1e-4, rtol=0)
    torch.testing.assert_close(x.std(0, correction=0), torch.ones(20))


def test_without_splitting_whole_cells_are_read_and_predicted():
    problem = make_problem(DATA, "reconstruction", noise="none", basis=None)
    assert len(problem.train.inputs) == len(problem.valid.inputs) == 1
    x, y = problem.train.batch(0, ALL)
    values = TRAIN.values.toarray()
    np.testing.assert_allclose(x, (values - DATA.mean) / DATA.std, atol=1e-4)
    np.testing.assert_allclose(y, values - DATA.mean, atol=1e-5)
    assert problem.task.variance == pytest.approx(float((DATA.std**2).sum()), rel=1e-5)


@pytest.mark.parametrize("task", TASKS)
def test_binary_inputs_say_what_is_on_and_leave_targets_alone(task):
    problem = make_problem(DATA, task, basis=None, n_splits=2, binary=True)
    plain = make_problem(DATA, task, basis=None, n_splits=2)
    halves = [half for pair in thin(TRAIN, n_splits=2, seed=TRAIN_SEED) for half in pair]
    for view, half in enumerate(halves):
        x, y = problem.train.batch(view, ALL)
        read = x.numpy() * problem.encoder.input_std + problem.encoder.input_mean
        np.testing.assert_allclose(read, half.toarray() > 0, atol=1e-4)
        assert torch.equal(y, plain.train.batch(view, ALL)[1])


def test_rare_classes_weigh_more_by_the_root_of_their_rarity():
    data = replace(DATA, labels=np.where(np.arange(100) < 70, 0, DATA.labels))
    problem = make_problem(data, "classification", noise="none")
    train = data.of("train")
    x, y = problem.train.batch(0, ALL)
    assert np.array_equal(y, train.labels)
    size = np.bincount(train.labels)
    np.testing.assert_allclose(problem.task.weights, np.sqrt(len(y) / 3 / size), rtol=1e-6)
    np.testing.assert_allclose(x, (train.values.toarray() - DATA.mean) / DATA.std, atol=1e-4)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_labels_and_numbers_are_predicted_from_halves(task):
    problem = make_problem(DATA, task, noise="split", n_splits=2)
    whole = make_problem(DATA, task, noise="none").train.targets[0]
    halves = [half for pair in thin(TRAIN, n_splits=2, seed=TRAIN_SEED) for half in pair]
    for view, half in enumerate(halves):
        x, y = problem.train.batch(view, ALL)
        read = x.numpy() * problem.encoder.input_std + problem.encoder.input_mean
        np.testing.assert_allclose(read, half.toarray(), atol=1e-4)
        assert torch.equal(y, whole)
    for data, noise in ((without_counts(DATA), "split"), (DATA, "hidden"), (DATA, "none")):
        assert make_problem(data, task, noise=noise).encoder.noise == "none"


def test_regression_targets_are_standardised():
    problem = make_problem(DATA, "regression")
    y = problem.train.targets[0]
    torch.testing.assert_close(y.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(y.std(0, correction=0), torch.ones(2))
    expected = (DATA.of("valid").targets - TRAIN.targets.mean(0)) / TRAIN.targets.std(0)
    np.testing.assert_allclose(problem.valid.targets[0], expected, rtol=1e-4)


@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
def test_hurdle_inputs_are_on_or_off(noise):
    problem = make_problem(DATA, "hurdle", noise=noise, n_splits=1)
    n_views = 2 if noise == "split" else 1
    assert len(problem.train.inputs) == n_views
    halves = thin(TRAIN, n_splits=1, seed=TRAIN_SEED)[0] if noise == "split" else [TRAIN.values]
    for view, half in enumerate(halves):
        x, _ = problem.train.batch(view, ALL)
        read = x.numpy() * problem.encoder.input_std + problem.encoder.input_mean
        np.testing.assert_allclose(read, half.toarray() > 0, atol=1e-5)
        y = problem.train.targets[view ^ (n_views - 1)]
        np.testing.assert_allclose(y, half.toarray())


@pytest.mark.parametrize("task", TASKS)
def test_keep_narrows_the_inputs_alone(task):
    problem = make_problem(DATA, task, n_splits=1)
    index = torch.tensor([7, 3, 12])
    kept = problem.keep(index)
    assert kept.genes == ("g07", "g03", "g12")
    assert kept.positions.tolist() == [7, 3, 12]
    assert kept.keep(torch.tensor([2, 0])).genes == ("g12", "g07")
    assert kept.keep(torch.tensor([2, 0])).positions.tolist() == [12, 7]
    for part in ("train", "valid"):
        whole, narrow = getattr(problem, part), getattr(kept, part)
        cells = torch.arange(5)
        torch.testing.assert_close(narrow.batch(0, cells)[0], whole.batch(0, cells)[0][:, index])
        assert torch.equal(narrow.batch(0, cells)[1], whole.batch(0, cells)[1])
    assert problem.genes == DATA.genes
    assert problem.train.inputs[0].take(ALL).shape == (TRAIN.n_cells, 20)


@pytest.mark.parametrize("task", TASKS)
def test_resident_or_not_the_panels_inputs_are_the_same(task):
    index = torch.tensor([1, 7, 12])
    one, other = (
        make_problem(DATA, task, n_splits=1, resident=resident).keep(index)
        for resident in (True, False)
    )
    assert same_examples(one.train, other.train)
    assert same_examples(one.valid, other.valid)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
def test_a_problem_holds_no_test_cells(task, noise):
    before = DATA.fingerprint()
    one = make_problem(DATA, task, noise=noise)
    other = make_problem(scrambled(DATA, "test"), task, noise=noise)
    assert one.train.n_cells == TRAIN.n_cells
    assert one.valid.n_cells == DATA.of("valid").n_cells
    assert same_examples(one.train, other.train)
    assert same_examples(one.valid, other.valid)
    changed = make_problem(scrambled(DATA, "train"), task, noise=noise)
    assert not same_examples(one.train, changed.train)
    assert DATA.fingerprint() == before


@pytest.mark.parametrize("rank", [1, 6, 20])
def test_the_basis_is_that_of_principal_components(rank):
    values = TRAIN.values
    basis = principal_basis(values, rank)
    np.testing.assert_allclose(basis.T @ basis, np.eye(rank), atol=1e-5)
    fitted = PCA(rank).fit(values.toarray().astype(np.float64))
    np.testing.assert_allclose(np.abs((basis * fitted.components_.T).sum(0)), 1, atol=1e-5)


@pytest.mark.parametrize("noise", ["split", "none"])
def test_the_full_basis_is_the_exact_share_of_variance(noise):
    direct = make_problem(DATA, "reconstruction", noise=noise, basis=None)
    directions = principal_basis(TRAIN.values, 20)
    moments = (direct.task.mean, direct.task.variance)
    turned = Reconstruction(torch.as_tensor(directions), *moments, counts_hidden_only=False)
    encoder = replace(direct.encoder, task=turned)
    examples = encoder.examples(TRAIN, views(TRAIN, noise, 5, TRAIN_SEED))
    output = torch.randn(TRAIN.n_cells, 20)
    for view in range(len(examples.inputs)):
        decoded = turned.decode(output) - direct.task.mean
        exact = direct.task.loss(decoded, direct.train.targets[view])
        loss = turned.loss(output, examples.targets[view])
        torch.testing.assert_close(loss, exact, rtol=1e-4, atol=1e-5)
    null = direct.task.loss(torch.zeros(TRAIN.n_cells, 20), direct.train.targets[0]).mean()
    assert null == pytest.approx(1, abs=0.1 if noise == "split" else 1e-5)


def test_a_basis_is_used_where_it_is_smaller_than_the_genes():
    for noise, basis, n_outputs in (
        ("split", 6, 6),
        ("none", 6, 6),
        ("none", 20, 20),
        ("none", None, 20),
        ("hidden", 6, 20),
    ):
        task = make_problem(DATA, "reconstruction", noise=noise, basis=basis).task
        assert task.n_outputs == n_outputs
        assert (task.basis is None) == (n_outputs == 20)
        assert task.counts_hidden_only == (noise == "hidden")


@pytest.mark.parametrize(
    ("changes", "task", "noise", "message"),
    [
        ({}, "hurdle", "noisy", "noise must be one of split, hidden, none, got 'noi"),
        (
            {"counts": None, "total_counts": None},
            "reconstruction",
            "split",
            "noise: split needs counts.* log-normalised values .* set noise: hidden",
        ),
        ({"labels": None}, "classification", "split", "classification needs labels"),
        ({"targets": None}, "regression", "none", "regression needs targets: obs col"),
        (
            {"classes": (*DATA.classes, "rare", "rarer")},
            "classification",
            "none",
            "classes without a training cell: rare, rarer; use another split or drop them",
        ),
    ],
)
def test_what_a_task_or_noise_needs_is_named(changes, task, noise, message):
    with pytest.raises(ValueError, match=message):
        make_problem(replace(DATA, **changes), task, noise=noise)
