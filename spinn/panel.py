"""Panels: ordered distinct gene names, best first; and the path of panels of one run."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class Panel:
    """Ordered distinct gene names, best first.

    Raises
    ------
    ValueError
        If a gene repeats or there is none.
    """

    genes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.genes:
            raise ValueError("a panel needs at least one gene")
        repeated = sorted(gene for gene, times in Counter(self.genes).items() if times > 1)
        if repeated:
            raise ValueError(f"panel genes must be distinct; repeated: {', '.join(repeated[:5])}")

    @property
    def size(self) -> int:
        """Number of genes."""
        return len(self.genes)

    def annotate(self, adata: Any) -> Any:
        """Return a copy of an AnnData with the panel in ``var`` and ``uns``.

        ``var["spinn_selected"]`` says which genes are in the panel and ``var["spinn_rank"]`` gives
        their rank from 1 (0 for the others).

        Raises
        ------
        KeyError
            If a panel gene is absent from the data.
        """
        names = list(adata.var_names)
        absent = [gene for gene in self.genes if gene not in set(names)]
        if absent:
            raise KeyError(f"{len(absent)} of {self.size} panel genes absent: {absent[:5]}")
        copy = adata.copy()
        rank = {gene: i for i, gene in enumerate(self.genes, start=1)}
        copy.var["spinn_rank"] = [rank.get(name, 0) for name in names]
        copy.var["spinn_selected"] = copy.var["spinn_rank"] > 0
        copy.uns["spinn"] = {"genes": list(self.genes), "size": self.size}
        return copy


@dataclass(frozen=True)
class Ranked:
    """One gene's place in a run: rank from 1, its score, and among how many genes it had it."""

    gene: str
    rank: int
    score: float
    among: int


@dataclass(frozen=True)
class PanelPath:
    """The panels of one run, large to small, with the ranking they come from.

    ``about`` holds what `panels.json` says besides the panels: dataset, split, task, selector,
    seed, settings, data, made_by. A run that failed has no panels, and says why under ``failed``.
    """

    panels: tuple[Panel, ...]
    ranking: tuple[Ranked, ...]
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = [panel.size for panel in self.panels]
        if sizes != sorted(set(sizes), reverse=True):
            raise ValueError(f"a path's panels go from large to small, came sizes {sizes}")

    @property
    def failed(self) -> str | None:
        """Why the run has no panels; None where it has."""
        return self.about.get("failed")

    def of_size(self, size: int) -> Panel:
        """Return the panel of a size; KeyError with the sizes there are where it is absent."""
        for panel in self.panels:
            if panel.size == size:
                return panel
        there = ", ".join(str(panel.size) for panel in self.panels)
        raise KeyError(f"no panel of {size} genes; sizes: {there}")

    def document(self) -> dict[str, Any]:
        """Return what `panels.json` holds."""
        panels = [{"size": panel.size, "genes": list(panel.genes)} for panel in self.panels]
        return {"format": FORMAT, **self.about, "panels": panels}

    def save(self, folder: Path) -> None:
        """Write ``panels.json`` and ``ranking.csv`` (gene, rank, score, among) to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.document(), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
        (folder / "panels.json").write_text(text, encoding="utf-8")
        with (folder / "ranking.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["gene", "rank", "score", "among"])
            writer.writerows([r.gene, r.rank, f"{r.score:.9g}", r.among] for r in self.ranking)


def ranked_path(
    names: Sequence[str],
    scores: Sequence[float],
    sizes: Iterable[int],
    *,
    among: Sequence[int] | None = None,
) -> PanelPath:
    """Return the nested panels of a ranking.

    Parameters
    ----------
    names, scores
        Best first.
    sizes
        Wanted sizes, each at most ``len(names)``.
    among
        Per gene, among how many genes it had its score; all of them where not given.

    Raises
    ------
    ValueError
        If a size is larger than that.
    """
    wanted = sorted(sizes, reverse=True)
    if wanted and wanted[0] > len(names):
        raise ValueError(f"{len(names)} genes are ranked, too few for a panel of {wanted[0]}")
    counts = among if among is not None else [len(names)] * len(names)
    ranking = tuple(
        Ranked(gene, i + 1, float(score), int(n))
        for i, (gene, score, n) in enumerate(zip(names, scores, counts, strict=True))
    )
    panels = tuple(Panel(tuple(names[:k])) for k in wanted)
    return PanelPath(panels, ranking)


def load_panels(path: Path | str) -> PanelPath:
    """Read a ``panels.json`` (its ranking, if any, stands beside it in ``ranking.csv``).

    Raises
    ------
    ValueError
        If the format is unknown.
    """
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    if document.get("format") != FORMAT:
        raise ValueError(
            f"{path}: panels format must be {FORMAT}, came {document.get('format')!r}; "
            "read it with the version of spinn that wrote it, or run the selection again"
        )
    panels = tuple(Panel(tuple(entry["genes"])) for entry in document["panels"])
    about = {k: v for k, v in document.items() if k not in ("format", "panels")}
    table = Path(path).with_name("ranking.csv")
    ranking: tuple[Ranked, ...] = ()
    if table.exists():
        with table.open(newline="", encoding="utf-8") as file:
            ranking = tuple(
                Ranked(r["gene"], int(r["rank"]), float(r["score"]), int(r["among"]))
                for r in csv.DictReader(file)
            )
    return PanelPath(panels, ranking, about)
