"""Digests change with what a module imports, however it does so, and with nothing else."""

import re

import pytest

from spinn.runtime import digest

SOURCES = {
    "__init__": "",
    "panel": "import json\n",
    "metrics": "import numpy as np\n",
    "data": "from spinn.panel import Panel\n",
    "late": "def f():\n    from spinn.metrics import r2\n    return r2\n",
    "typed": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import spinn.metrics\n",
    "named": "from spinn import panel, metrics as m\n",
    "relative": "from . import panel\nfrom .metrics import r2\n",
    "through": "from spinn import data\n",
    "public": "from spinn import Panel\n",
    "whole": "import spinn\n",
    "report": "from spinn.metrics import r2\n",
    "book": "from spinn import report\n",
    "left": "from spinn import right\n",
    "right": "from spinn import left\n",
    "alike": "from spinnaker.panel import Panel\nimport spinning\n",
    "below": "from spinn.nested import inner\n",
    "beside": "import spinn.nested.other\n",
}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "spinn"
    (folder / "templates" / "parts").mkdir(parents=True)
    (folder / "templates" / "report.html").write_text("<p>")
    (folder / "templates" / "parts" / "head.html").write_text("<h1>")
    for name, source in SOURCES.items():
        (folder / f"{name}.py").write_text(source)
    (folder / "nested").mkdir()
    (folder / "nested" / "__init__.py").write_text("from .inner import x\n")
    (folder / "nested" / "inner.py").write_text("from ..panel import Panel\nfrom . import x\n")
    (folder / "nested" / "other.py").write_text("from spinn.metrics import r2\n")
    return folder


DIRECT = {
    "panel": set(),
    "metrics": set(),
    "data": {"panel"},
    "late": {"metrics"},
    "typed": {"metrics"},
    "named": {"panel", "metrics"},
    "relative": {"panel", "metrics"},
    "through": {"data"},
    "public": {"__init__"},
    "whole": {"__init__"},
    "report": {"metrics"},
    "alike": set(),
    "nested": {"nested.inner"},
    "nested.inner": {"nested", "panel"},
    "nested.other": {"metrics"},
    "below": {"nested", "nested.inner"},
    "beside": {"nested", "nested.other"},
}


@pytest.mark.parametrize("name", DIRECT)
def test_imports_are_found_however_they_are_written(root, name):
    assert digest.imports(name, root=root) == DIRECT[name]


REACHED = {
    "data": {"data.py", "panel.py"},
    "through": {"through.py", "data.py", "panel.py"},
    "late": {"late.py", "metrics.py"},
    "left": {"left.py", "right.py"},
    "nested": {"nested/__init__.py", "nested/inner.py", "panel.py"},
    "nested.other": {"nested/other.py", "metrics.py"},
    "below": {"below.py", "nested/__init__.py", "nested/inner.py", "panel.py"},
    "book": {
        "book.py",
        "report.py",
        "metrics.py",
        "templates/report.html",
        "templates/parts/head.html",
    },
}


@pytest.mark.parametrize("name", REACHED)
def test_digest_changes_with_what_is_reached_and_nothing_else(root, name):
    before = digest.modules(name, root=root)
    files = [path for path in root.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_text()
        path.write_text(content + "\n")
        changed = digest.modules(name, root=root) != before
        assert changed == (path.relative_to(root).as_posix() in REACHED[name]), path
        path.write_text(content)
    assert digest.modules(name, root=root) == before


def test_digest_follows_a_new_import(root):
    before = digest.modules("panel", root=root)
    (root / "panel.py").write_text("import json\nfrom spinn import metrics\n")
    between = digest.modules("panel", root=root)
    (root / "metrics.py").write_text("import numpy\n")
    assert len({before, between, digest.modules("panel", root=root)}) == 3


def test_digest_does_not_depend_on_order_or_place(root, tmp_path):
    both = digest.modules("data", "late", root=root)
    assert both == digest.modules("late", "data", "late", root=root)
    assert re.fullmatch(r"[0-9a-f]{12}", both)
    (tmp_path / "elsewhere").mkdir()
    moved = root.rename(tmp_path / "elsewhere" / "spinn")
    assert digest.modules("data", "late", root=moved) == both


def test_digest_of_the_package_itself():
    assert digest.modules("digest") != digest.modules("runtime")
    assert digest.imports("digest") == frozenset()


def test_folders_that_are_read_are_there():
    for module, folder in digest.DATA.items():
        assert digest.imports(module)
        assert any((digest.PACKAGE / folder).iterdir())


def test_digest_refuses_unknown_modules(root):
    with pytest.raises(ValueError, match="'panels' is not a module of spinn; its modules are"):
        digest.modules("panels", root=root)
    with pytest.raises(ValueError, match="one module at least"):
        digest.modules(root=root)
    (root / "panel.py").write_text("def f(:\n")
    with pytest.raises(SyntaxError):
        digest.modules("data", root=root)


def test_digest_of_a_file_changes_with_its_bytes(tmp_path):
    path = tmp_path / "stamp"
    assert digest.file(path) is None
    path.write_text("cosg==1")
    first = digest.file(path)
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    path.touch()
    assert digest.file(path) == first
    path.write_text("cosg==2")
    assert digest.file(path) != first
