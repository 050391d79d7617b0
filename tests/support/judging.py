"""What the tests of evaluation share: cells, panels, and one number out of many rows."""

from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.panel import Panel
from tests.support.cells import QUICK, make_data, without_counts

DATA = make_data(150)
PANELS = [Panel(("g03", "g11", "g07", "g16", "g01")), Panel(("g11", "g03"))]


def judged(data, task="reconstruction", panels=PANELS, settings=QUICK):
    judge = make_judge(data, task, settings)
    rows, cells = evaluate(judge, panels, seed=3)
    return judge, rows, cells


def value(rows, metric, size, target="all"):
    (only,) = (
        row["value"]
        for row in rows
        if (row["metric"], row["size"], row["target"]) == (metric, size, target)
    )
    return only


READINGS = [
    ("split", "fvu_split", DATA),
    ("none", "fvu_panel_known", DATA),
    ("hidden", "fvu_without_self", without_counts(DATA)),
    ("none", "fvu_panel_known", without_counts(DATA)),
]
