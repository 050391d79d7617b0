"""A page parsed into its parts, and the rule that its numbers obey."""

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "br"}
NUMBER = re.compile(r"\d\.\d")
ENDS = r"\[[−-]?[\d.]+(,| to) [−-]?[\d.]+\]"  # an interval, or the range of all runs
WITH_INTERVAL = re.compile(rf"[−-]?[\d.]+ ({ENDS}|no interval|\(measured once\))( \d+)?")
BEHIND = re.compile(r"\d+ (to \d+ )?seeds?, \d+ (to \d+ )?splits?")
EXACT = (
    "data",
    "Unmet requirements first",
    "How the cells are split: training, validation (stops the training), test (evaluation)",
)


class Page(HTMLParser):
    """Tags, ids, links, text and tables of a page; refuses wrongly nested tags.

    `tables` holds pairs of a caption and the texts of its cells, without those of the provenance.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.ids, self.attributes, self.open, self.text = [], [], [], [], []
        self.tables, self.sections = [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "section":
            self.sections.append(dict(attrs)["id"])
        if tag == "table" and self.sections[-1] != "provenance":
            self.tables.append(["", []])
        if tag == "td" and self.sections[-1] != "provenance":
            self.tables[-1][1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "section":
            self.sections.pop()

    def handle_data(self, data):
        self.text.append(data)
        if self.sections and self.sections[-1] != "provenance":
            if "caption" in self.open:
                self.tables[-1][0] += data
            elif "td" in self.open:
                self.tables[-1][1][-1] += data


def bare_numbers(page: Page) -> list[str]:
    """Return what breaks the rule: a number without interval, a table without seeds and splits.

    Exempt are facts that are not estimates (the data, the split, the audit) and tables whose
    caption says that they have no intervals.
    """
    problems = []
    for caption, cells in page.tables:
        cells = [" ".join(cell.split()) for cell in cells]
        numbers = [cell for cell in cells if NUMBER.search(cell)]
        if caption in EXACT or "no intervals" in caption or not numbers:
            continue
        if not BEHIND.search(caption):
            problems.append(f"caption: {caption}")
        problems += [f"{caption}: {cell}" for cell in numbers if not WITH_INTERVAL.fullmatch(cell)]
    return problems
