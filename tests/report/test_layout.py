"""Files of figures: their names and bytes."""

from spinn.report.figures import quality_figure
from spinn.report.layout import save
from tests.support.results import summary


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        figure = quality_figure(summary("cost $5"), "cost $5", "classification")
        paths = save(figure, tmp_path / folder / "quality.v1")
    assert [path.name for path in paths] == ["quality.v1.svg", "quality.v1.png", "quality.v1.pdf"]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "a" / path.name).read_bytes()
