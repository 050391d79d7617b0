"""Digests change with what a script imports, however it does so, and with nothing else."""

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
    "through": "from spinn import data\n",
    "public": "from spinn import Panel\n",
    "whole": "import spinn\n",
    "report/__init__": "",
    "report/page": "from spinn.metrics import r2\n",
    "book": "from spinn.report import page\n",
    "left": "from spinn import right\n",
    "right": "from spinn import left\n",
    "alike": "from spinnaker.panel import Panel\nimport spinning\n",
    "nested/__init__": "from spinn.nested.inner import x\n",
    "nested/inner": "from spinn.panel import Panel\n",
    "nested/other": "from spinn.metrics import r2\n",
    "below": "from spinn.nested import inner\n",
    "next_to": "import spinn.nested.other\n",
}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "spinn"
    for name, source in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(source)
    (folder / "report" / "templates" / "parts").mkdir(parents=True)
    (folder / "report" / "templates" / "report.html").write_text("<p>")
    (folder / "report" / "templates" / "parts" / "head.html").write_text("<h1>")
    return folder


def of_modules(root, *names):
    """The digest of a script that imports nothing, and of some modules."""
    script = root.parent / "script.py"
    script.write_text("")
    return digest.script(script, *names, root=root)


DIRECT = {
    "panel": set(),
    "metrics": set(),
    "data": {"panel"},
    "late": {"metrics"},
    "typed": set(),
    "named": {"panel", "metrics"},
    "through": {"data"},
    "public": set(),
    "whole": set(),
    "book": {"report", "report.page"},
    "alike": set(),
    "nested/__init__": {"nested", "nested.inner"},
    "nested/inner": {"panel"},
    "nested/other": {"metrics"},
    "below": {"nested", "nested.inner"},
    "next_to": {"nested", "nested.other"},
}


@pytest.mark.parametrize("name", DIRECT)
def test_imports_are_found_however_they_are_written(root, name):
    assert digest.imports(root / f"{name}.py", root) == DIRECT[name]


NESTED = {"nested/__init__.py", "nested/inner.py", "panel.py"}
REACHED = {
    "data": {"data.py", "panel.py"},
    "through": {"through.py", "data.py", "panel.py"},
    "late": {"late.py", "metrics.py"},
    "left": {"left.py", "right.py"},
    "nested": NESTED,
    "nested.other": {"nested/other.py", "metrics.py"} | NESTED,
    "below": {"below.py"} | NESTED,
    "book": {
        "book.py",
        "report/__init__.py",
        "report/page.py",
        "metrics.py",
        "report/templates/report.html",
        "report/templates/parts/head.html",
    },
}


@pytest.mark.parametrize("name", REACHED)
def test_a_digest_changes_with_what_is_reached_and_nothing_else(root, name):
    before = of_modules(root, name)
    files = [path for path in root.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_text()
        path.write_text(content + "\n")
        changed = of_modules(root, name) != before
        assert changed == (path.relative_to(root).as_posix() in REACHED[name]), path
        path.write_text(content)
    assert of_modules(root, name) == before


def test_a_digest_follows_a_new_import(root):
    before = of_modules(root, "panel")
    (root / "panel.py").write_text("import json\nfrom spinn import metrics\n")
    between = of_modules(root, "panel")
    (root / "metrics.py").write_text("import numpy\n")
    assert len({before, between, of_modules(root, "panel")}) == 3


def test_a_script_counts_by_what_it_imports(root):
    script = root.parent / "prepare.py"
    script.write_text("from spinn.data import read\n")
    before = digest.script(script, root=root)
    assert before == of_modules(root, "data")
    script.write_text("# Read the cells.\nfrom spinn.data import read\n")
    assert digest.script(script, root=root) == before
    script.write_text("from spinn.data import read\nfrom spinn import metrics\n")
    assert digest.script(script, root=root) != before


def test_a_digest_does_not_depend_on_order_or_place(root, tmp_path):
    both = of_modules(root, "data", "late")
    assert both == of_modules(root, "late", "data", "late")
    assert re.fullmatch(r"[0-9a-f]{12}", both)
    (tmp_path / "elsewhere").mkdir()
    moved = root.rename(tmp_path / "elsewhere" / "spinn")
    assert of_modules(moved, "data", "late") == both


def test_files_that_are_read_are_there_and_are_no_code():
    for module, pattern in digest.DATA.items():
        assert digest.reached([module])
        endings = {path.suffix for path in digest.PACKAGE.glob(pattern)}
        assert endings
        assert not endings & {".py", ".pyc"}


def test_unknown_modules_and_sources_that_do_not_parse_are_refused(root):
    with pytest.raises(ValueError, match="'panels' is not a module of spinn"):
        of_modules(root, "panels")
    (root / "panel.py").write_text("def f(:\n")
    with pytest.raises(SyntaxError):
        of_modules(root, "data")


def test_the_digest_of_a_file_changes_with_its_bytes(tmp_path):
    path = tmp_path / "stamp"
    assert digest.file(path) is None
    path.write_text("cosg==1")
    first = digest.file(path)
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    path.touch()
    assert digest.file(path) == first
    path.write_text("cosg==2")
    assert digest.file(path) != first


@pytest.mark.parametrize("between", ["\n    ", ""])
def test_what_a_selector_says_for_tables_and_figures_alone_is_not_digested(root, between):
    pairs = between.join(('"kind": "baseline", ', '"colour": "red", ', '"uses": ("pca",)'))
    entry = f'A = {{"colour": "x"}}\n\nENTRY = {{{between}{pairs}}}\n'
    digests = []
    edits = (("red", "blue"), ("baseline", "peer"), ("pca", "hvg"))
    for source in (entry, *(entry.replace(*edit) for edit in edits)):
        (root / "panel.py").write_text(source)
        digests.append(of_modules(root, "panel"))
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    (root / "panel.py").write_text(entry.replace('"x"', '"y"'))
    assert of_modules(root, "panel") != digests[0]
