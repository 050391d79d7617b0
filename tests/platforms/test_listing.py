"""The table of platforms: a line each, in columns."""

from spinn.platforms.listing import platform_lines
from spinn.platforms.reader import platform_names


def test_a_line_per_platform():
    header, *lines = platform_lines()
    assert header.split() == ["name", "title", "sizes", "load"]
    assert [line.split()[0] for line in lines] == platform_names()
    start = header.index("load")
    assert lines[-1][start:] == "max_per_type 50, min_in_some_type 0.1, max_share_of_three 0.25"
    assert lines[0].endswith("not known")
