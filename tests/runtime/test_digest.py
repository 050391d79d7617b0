"""Digests change with what a script imports, however it does so, and with nothing else."""

import ast
import re
from pathlib import Path

import pytest

from spinn.runtime import digest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "__init__": "",
    "panel": "import json\n",
    "metrics": "import numpy as np\n",
    "data": "from spinn.panel import Panel\n",
    "late": "def f():\n    from spinn.metrics import r2\n    return r2\n",
    "typed": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import spinn.metrics\n",
    "tried": "try:\n    import spinn.panel\nexcept ImportError:\n    from spinn import metrics\n",
    "named": "from spinn import panel, metrics as m\n",
    "through": "from spinn import data\n",
    "public": "from spinn import Panel\n",
    "whole": "import spinn\n",
    "left": "from spinn import right\n",
    "right": "from spinn import left\n",
    "alike": "from spinnaker.panel import Panel\nimport spinning\n",
    "below": "from spinn.nested import inner\n",
    "beside": "import spinn.nested.other\n",
    "nested/__init__": "",
    "nested/inner": "from spinn.panel import Panel\n",
    "nested/other": "from spinn.metrics import r2\n",
    "report/__init__": "",
    "report/page": "from spinn.metrics import r2\n",
    "book": "from spinn.report import page\n",
}
DIRECT = {
    "panel": set(),
    "metrics": set(),
    "data": {"panel"},
    "late": {"metrics"},
    "typed": set(),  # it never runs
    "tried": {"panel", "metrics"},
    "named": {"panel", "metrics"},
    "through": {"data"},
    "public": set(),  # the package's __init__ holds names alone
    "whole": set(),
    "alike": set(),
    "nested/inner": {"panel"},
    "nested/other": {"metrics"},
    "below": {"nested", "nested.inner"},
    "beside": {"nested", "nested.other"},
    "book": {"report", "report.page"},
}
REACHED = {
    "panel": {"panel"},
    "data": {"data", "panel"},
    "through": {"through", "data", "panel"},
    "late": {"late", "metrics"},
    "left": {"left", "right"},
    "nested": {"nested"},
    "nested.other": {"nested", "nested.other", "metrics"},  # folders on the way run too
    "below": {"below", "nested", "nested.inner", "panel"},
    "book": {"book", "report", "report.page", "metrics"},
}
TEMPLATES = {"report/templates/report.html", "report/templates/parts/head.html"}


@pytest.fixture
def root(tmp_path):
    """A package of these sources, and templates."""
    folder = tmp_path / "spinn"
    files = {f"{name}.py": source for name, source in SOURCES.items()}
    for name, text in (files | dict.fromkeys(TEMPLATES, "<p>")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def digest_of(root, tmp_path):
    """Return the digest of a script with a source, and of modules loaded by name."""

    def of(source, *modules):
        (tmp_path / "script.py").write_text(source)
        return digest.script(tmp_path / "script.py", *modules, root=root)

    return of


@pytest.mark.parametrize("name", DIRECT)
def test_imports_are_read_however_they_are_written(root, name):
    assert digest.imports(root / f"{name}.py", root=root) == DIRECT[name]


@pytest.mark.parametrize("name", REACHED)
def test_reached_is_what_modules_import_directly_or_through_others(root, name):
    assert digest.reached([name], root=root) == sorted(REACHED[name])


def test_reached_has_every_module_once_in_order(root):
    both = digest.reached(["late", "data", "late"], root=root)
    assert both == ["data", "late", "metrics", "panel"]
    assert digest.reached([], root=root) == []


@pytest.mark.parametrize("name", ["through", "nested.other", "below", "book"])
def test_a_digest_changes_with_what_is_reached_and_nothing_else(root, digest_of, name):
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.*")}
    expected = {
        f"{module}/__init__.py" if f"{module}/__init__" in SOURCES else f"{module}.py"
        for module in (each.replace(".", "/") for each in REACHED[name])
    } | (TEMPLATES if name == "book" else set())
    ways = {"by import": (f"import spinn.{name}\n",), "by name": ("", name)}
    before = {way: digest_of(*given) for way, given in ways.items()}
    assert len(set(before.values())) == 1
    for relative, path in files.items():
        content = path.read_text()
        path.write_text(content + "\n")
        for way, given in ways.items():
            changed = digest_of(*given) != before[way]
            assert changed == (relative in expected), (relative, way)
        path.write_text(content)
    assert digest_of(*ways["by name"]) == before["by name"]


def test_a_digest_does_not_change_with_the_script_s_other_lines(digest_of):
    """Snakemake itself notices an edited script."""
    before = digest_of("import spinn.data\n")
    assert digest_of("import json\nfrom spinn.data import read\nread()\n") == before
    assert digest_of("import json\n") != before


def test_a_digest_follows_a_new_import(root, digest_of):
    before = digest_of("", "panel")
    (root / "panel.py").write_text("import json\nfrom spinn import metrics\n")
    between = digest_of("", "panel")
    (root / "metrics.py").write_text("import numpy\n")
    assert len({before, between, digest_of("", "panel")}) == 3


def test_a_digest_does_not_depend_on_order_or_place(root, digest_of, tmp_path):
    both = digest_of("", "data", "late")
    assert both == digest_of("", "late", "data", "late")
    assert both == digest_of("import spinn.late\n", "data")
    assert re.fullmatch(r"[0-9a-f]{12}", both)
    (tmp_path / "elsewhere").mkdir()
    moved = root.rename(tmp_path / "elsewhere" / "spinn")
    assert digest.script(tmp_path / "script.py", "data", "late", root=moved) == both


def test_modules_by_name_add_to_the_digest_of_every_script():
    scripts = sorted((ROOT / "scripts").glob("*.py"))
    assert len(scripts) > 10
    for script in scripts:
        assert "runtime.jobs" in digest.imports(script)
        assert digest.script(script) != digest.script(script, "report.page", "selectors.strategies")


def test_the_digest_module_imports_nothing_of_the_package():
    assert digest.imports(Path(digest.__file__)) == frozenset()


def test_folders_that_are_read_are_there():
    for module, folder in digest.DATA.items():
        assert digest.reached([module])
        assert any((digest.PACKAGE / folder).iterdir())


def test_unknown_modules_and_broken_sources_are_refused(root, digest_of):
    with pytest.raises(ValueError, match=r"^'panels' is not a module of spinn$"):
        digest_of("", "panels")
    (root / "panel.py").write_text("def f(:\n")
    with pytest.raises(SyntaxError):
        digest_of("import spinn.data\n")


@pytest.mark.parametrize("place", ["spinn", "scripts"])
def test_no_module_has_a_relative_import_which_a_digest_would_miss(place):
    for path in (ROOT / place).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


def test_a_digest_of_a_file_changes_with_its_bytes(tmp_path):
    path = tmp_path / "stamp"
    assert digest.file(path) is None
    path.write_text("cosg==1")
    first = digest.file(path)
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    path.touch()
    assert digest.file(path) == first
    path.write_text("cosg==2")
    assert digest.file(path) != first
