"""The tutorial runs from top to bottom in a fresh kernel, and was committed with its outputs."""

import nbformat
import pytest

from tests.support.workflow import ROOT
from tools.tutorial import TUTORIAL, executed

pytestmark = pytest.mark.slow


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
def test_the_tutorial_runs(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = code(executed(TUTORIAL))
    outputs = [output for cell in cells for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert cells[-1].outputs[-1]["data"]["text/plain"] == "True"


def test_readers_find_its_outputs():
    cells = code(nbformat.read(TUTORIAL, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
