"""Run the tutorial in place, keeping what readers want to see: `make tutorial`."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.ipynb"


def executed(path: Path) -> nbformat.NotebookNode:
    """Return the notebook after a run in a fresh kernel, from its own folder."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3")
    return client.execute(cwd=str(path.parent))


def quiet(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without progress bars, warnings (they name folders) and times."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    return notebook


def main() -> None:
    """Run it and write it back."""
    nbformat.write(quiet(executed(TUTORIAL)), TUTORIAL)


if __name__ == "__main__":
    main()
