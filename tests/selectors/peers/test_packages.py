"""Packages see what they may see; their answers become panels that keep every promise."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.selectors.peers.child import Allowance
from spinn.selectors.peers.packages import RUNNERS, complete, interpreter, run_peer
from spinn.selectors.peers.runners.exchange import (
    Answer,
    Cells,
    Request,
    read_answer,
    read_cells,
    read_request,
    write_request,
)
from tests.support.cells import make_data

GENES = [f"g{i:02d}" for i in range(12)]
FREE = Constraints()
REQUEST = Request("reconstruction", (3, 5), 1, 2, ("g02",), 30.0)
AMPLE = Allowance(seconds=60, memory_gb=4)


def names(largest=14):  # some are no genes of the data
    return st.lists(st.integers(0, 13).map("g{:02d}".format), max_size=largest)


SCORES = st.dictionaries(
    st.integers(0, 13).map("g{:02d}".format), st.floats(allow_nan=True, allow_infinity=True)
)
ANSWERS = st.builds(Answer, ranking=names(), scores=st.none() | SCORES) | st.builds(
    Answer,
    panels=st.dictionaries(st.sampled_from([2, 3, 6]), names(20)),
    scores=st.none() | SCORES,
)


@given(ANSWERS, st.permutations(GENES), st.integers(0, 2), st.integers(0, 4))
def test_whatever_a_peer_answers_its_panels_keep_every_promise(answer, order, n_first, n_out):
    constraints = Constraints(tuple(order[:n_first]), tuple(order[n_first : n_first + n_out]))
    sizes, allowed = [2, 3, 6], set(GENES) - set(constraints.excluded)

    def listed(size):
        if answer.panels is None:
            return answer.ranking
        largest = answer.panels.get(max(answer.panels, default=0), [])
        return answer.panels.get(size) or largest

    def run():
        return complete(
            answer, sizes=sizes, genes=GENES, constraints=constraints, more=lambda: GENES
        )

    scored = {gene for gene, score in (answer.scores or {}).items() if np.isfinite(score)}
    if not scored & allowed and not all(allowed & set(listed(size)) for size in sizes):
        with pytest.raises(ValueError, match="the peer chose no gene that may be chosen"):
            run()
        return
    path, repairs = run()
    assert [panel.size for panel in path.panels] == [6, 3, 2]
    for panel in path.panels:
        assert panel.genes[:n_first] == constraints.required
        assert not set(panel.genes) & set(constraints.excluded)
        assert set(panel.genes) <= set(GENES)
        counts = repairs.get(str(panel.size), {})
        assert all(counts.values())
        # What was filled up is exactly what neither the user nor the peer had named.
        foreign = [g for g in panel.genes if g not in {*constraints.required, *listed(panel.size)}]
        assert len(foreign) == counts.get("by_own_scores", 0) + counts.get("by_greedy", 0)
    assert [place.gene for place in path.ranking] == list(path.panels[0].genes)


def test_a_good_answer_is_left_alone():
    answer = Answer(ranking=GENES[::-1], scores={"g11": 2.5})
    path, repairs = complete(answer, sizes=[2, 4], genes=GENES, constraints=FREE, more=list)
    assert repairs == {}
    assert path.of_size(4).genes == ("g11", "g10", "g09", "g08")
    assert path.of_size(2).genes == ("g11", "g10")
    assert path.ranking[0].score == 2.5
    assert np.isnan(path.ranking[1].score)
    assert {place.among for place in path.ranking} == {12}


def test_own_scores_fill_before_greedy_and_both_are_counted():
    answer = Answer(
        panels={2: ["g01", "g00", "g05"], 5: ["g01", "g01", "what", "g07"]},
        scores={"g03": 0.1, "g09": 0.7, "g07": np.nan},
    )
    constraints = Constraints(excluded=("g00",))
    path, repairs = complete(
        answer,
        sizes=[2, 5],
        genes=GENES,
        constraints=constraints,
        more=lambda: ["g00", "g01", "g06"],
    )
    assert path.of_size(5).genes == ("g01", "g07", "g09", "g03", "g06")
    assert path.of_size(2).genes == ("g01", "g05")
    assert repairs == {
        "5": {"unknown": 1, "repeated": 1, "by_own_scores": 2, "by_greedy": 1},
        "2": {"unknown": 1},
    }


@pytest.mark.parametrize("answer", [Answer(ranking=[]), Answer(panels={}), Answer(["no", "such"])])
def test_greedy_does_not_stand_in_for_a_peer_that_chose_nothing(answer):
    with pytest.raises(ValueError, match="the peer chose no gene that may be chosen"):
        complete(answer, sizes=[2], genes=GENES, constraints=FREE, more=lambda: GENES)


@pytest.mark.parametrize("counts", [True, False])
def test_a_request_survives_the_files(tmp_path, counts):
    data = make_data(counts=counts).of("train", "valid")
    cells = Cells(data.values, np.array(data.genes), data.part, None, data.targets)
    write_request(tmp_path, cells, REQUEST)
    read = read_cells(tmp_path)
    assert read_request(tmp_path) == REQUEST
    assert (read.values != data.values).nnz == 0
    assert read.genes.tolist() == list(data.genes)
    assert read.labels is None
    assert np.array_equal(read.targets, data.targets)
    train = read.of("train")
    assert (train.values != data.of("train").values).nnz == 0
    assert set(train.part) == {"train"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "the runner ended without an answer"),
        ("{", "answer cannot be read: Expecting"),
        ("[]", "answer cannot be read"),
        ("{}", "it holds neither ranking nor panels"),
        ('{"panels": {"few": []}}', "answer cannot be read: invalid literal"),
    ],
)
def test_an_answer_that_cannot_be_read_says_so(text, message, tmp_path):
    if text is not None:
        (tmp_path / "answer.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_answer(tmp_path)


SPY = """
import json, pathlib, sys
sys.path.insert(0, {runners!r})
from exchange import Answer, serve
def choose(cells, request):
    seen = dict(genes=cells.genes.tolist(), part=sorted(set(cells.part.tolist())))
    seen.update(n_cells=cells.values.shape[0], labels=sorted(set(cells.labels.tolist())))
    seen.update(total=float(cells.values.sum()), task=request.task, seed=request.seed)
    seen.update(path=sys.path, spinn="spinn" in sys.modules)
    pathlib.Path({out!r}).write_text(json.dumps(seen))
    return Answer(ranking=cells.genes.tolist())
serve("numpy", choose)
"""


def test_a_peer_sees_training_cells_and_candidates_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    script, out = tmp_path / "spy.py", tmp_path / "seen.json"
    script.write_text(SPY.format(runners=str(RUNNERS), out=str(out)))
    data = make_data().of("train", "valid")
    constraints = Constraints(required=("g02",), excluded=("g00", "g07"))
    before = data.fingerprint()
    result = run_peer(
        [sys.executable, script], data, REQUEST, allowance=AMPLE, constraints=constraints
    )
    assert result.error is None, result.output
    assert data.fingerprint() == before
    assert result.answer.ranking == [g for g in data.genes if g not in constraints.excluded]
    assert result.answer.version == np.__version__
    seen = json.loads(out.read_text())
    keep = constraints.candidate_positions(data.genes)
    assert seen["genes"] == [data.genes[i] for i in keep]
    assert seen["part"] == ["train", "valid"]
    assert seen["n_cells"] == data.n_cells
    assert seen["total"] == pytest.approx(float(data.values[:, keep].sum()), rel=1e-5)
    assert seen["labels"] == sorted(data.classes)
    assert (seen["task"], seen["seed"]) == ("reconstruction", 1)
    assert not [place for place in seen["path"] if place.endswith("elsewhere")]
    assert not seen["spinn"]


def test_test_cells_are_refused():
    with pytest.raises(ValueError, match=r"train and valid cells only, got \['test'\] too"):
        run_peer([sys.executable], make_data(), REQUEST, allowance=AMPLE, constraints=FREE)


def test_a_runner_without_an_answer_is_an_error():
    data = replace(make_data(), labels=None, classes=()).of("train")
    command = [sys.executable, "-c", "print('hi')"]
    result = run_peer(command, data, REQUEST, allowance=AMPLE, constraints=FREE)
    assert (result.answer, result.output) == (None, "hi\n")
    assert result.error == "the runner ended without an answer"


def test_a_peer_runs_in_its_own_interpreter_or_in_the_job_s_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    assert interpreter(tmp_path, "cosg") is None
    monkeypatch.setenv("CONDA_PREFIX", sys.prefix)
    assert str(interpreter(tmp_path, "cosg")) == sys.executable
    installed = tmp_path / "cosg" / "bin" / "python"
    installed.parent.mkdir(parents=True)
    installed.touch()
    assert interpreter(tmp_path, "cosg") == installed
