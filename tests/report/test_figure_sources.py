"""The list of figures: each has a function, and a table of the run that it is drawn from."""

from spinn.report.figure_sources import SOURCES
from spinn.report.figures import DRAWN_BY
from spinn.report.page import TABLES


def test_every_figure_has_a_function_of_its_name():
    assert [draw.__name__ for draw in DRAWN_BY.values()] == [f"{name}_figure" for name in SOURCES]


def test_every_figure_is_drawn_from_a_table_of_the_run():
    """Rules draw only figures whose table they know; another name would be left out silently."""
    assert set(SOURCES.values()) <= {"scores", "summary", "stability", "panels", *TABLES}
