"""Files of figures: their formats and bytes."""

from spinn.report.figures import quality_figure
from spinn.report.layout import encode
from tests.support.results import summary


def test_encoding_twice_gives_the_same_bytes():
    first, second = (
        encode(quality_figure(summary("cost $5"), "cost $5", "classification"), formats)
        for formats in (("svg", "png", "pdf"), ("svg", "png", "pdf"))
    )
    assert first == second
    assert [content[:5] for content in first.values()] == [b"<?xml", b"\x89PNG\r", b"%PDF-"]
