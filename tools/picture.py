"""The picture of the README: drawn by `make picture` from the summary that `make run` leaves.

The rows that it is drawn from are kept in docs/quality.csv, so that a test can redraw it.
"""

import sys
from pathlib import Path

from spinn.records.tables import read_table
from spinn.report.figures import quality_figure
from spinn.report.layout import encode

DOCS = Path(__file__).parents[1] / "docs"
TABLE, PICTURE = DOCS / "quality.csv", DOCS / "quality.svg"
DATASET, TASK = "pbmc68k_reduced", "reconstruction"


def draw(path: Path) -> None:
    """Draw the picture from its table."""
    figure = quality_figure(read_table(TABLE), DATASET, TASK)
    path.write_bytes(encode(figure, ["svg"])["svg"])


def main() -> None:
    """Take the table from a folder of results, and draw the picture."""
    rows = read_table(Path(sys.argv[1]) / "summary.csv")
    rows = rows[(rows["dataset"] == DATASET) & (rows["task"] == TASK)]
    rows.to_csv(TABLE, index=False, float_format="%.6g")
    draw(PICTURE)


if __name__ == "__main__":
    main()
