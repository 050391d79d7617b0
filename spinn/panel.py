"""Panels: ordered distinct gene names, best first; and the path of panels of one run."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # AnnData leaves here, but nobody who only reads panels pays for its import
    import anndata as ad
    import pandas as pd

FORMAT = 1
COLUMNS = ("gene", "rank", "size")
_RANKING = ("gene", "rank", "score", "among")


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

    def annotate(self, adata: "ad.AnnData") -> "ad.AnnData":
        """Return a copy of an AnnData, in memory, with the panel in ``var`` and ``uns``.

        ``var["spinn_selected"]`` says which genes are in the panel, ``var["spinn_rank"]`` gives
        their rank from 1 (0 for the others), and ``uns["spinn"]`` holds ``genes`` and ``size``.

        Raises
        ------
        KeyError
            If a panel gene is absent from the data.
        """
        names = list(adata.var_names)
        there = set(names)
        absent = [gene for gene in self.genes if gene not in there]
        if absent:
            raw = adata.raw is not None and set(absent) <= set(adata.raw.var_names)
            hint = "; they are in raw: annotate adata.raw.to_adata()" if raw else ""
            raise KeyError(f"{len(absent)} of {self.size} panel genes absent: {absent[:5]}{hint}")
        copy = adata.to_memory() if adata.isbacked else adata.copy()
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

    Examples
    --------
    >>> path = ranked_path(["CD3E", "MS4A1", "NKG7"], [3.0, 2.0, 1.0], sizes=[1, 2])
    >>> path.genes
    ['CD3E', 'MS4A1']
    >>> path.of_size(1).genes
    ('CD3E',)
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

    @property
    def genes(self) -> list[str]:
        """The genes of the largest panel, best first; ValueError where a failed run has none."""
        return list(self._largest.genes)

    @property
    def _largest(self) -> Panel:
        if not self.panels:
            raise ValueError(f"this run has no panel: {self.failed or 'none was asked for'}")
        return self.panels[0]

    def table(self) -> "pd.DataFrame":
        """Return gene, rank (from 1) and size, one row per gene of every panel, large to small."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=list(COLUMNS))

    def _rows(self) -> list[tuple[str, int, int]]:
        return [
            (gene, rank, panel.size)
            for panel in self.panels
            for rank, gene in enumerate(panel.genes, start=1)
        ]

    def annotate(self, adata: "ad.AnnData") -> "ad.AnnData":
        """Return a copy of an AnnData marked with the largest panel, see `Panel.annotate`.

        ``uns["spinn"]`` also says where the panel comes from: ``about``, as JSON. For another size:
        ``path.of_size(32).annotate(adata)``.
        """
        copy = self._largest.annotate(adata)
        copy.uns["spinn"]["about"] = json.dumps(self.about, sort_keys=True, ensure_ascii=False)
        return copy

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

    def save(self, path: Path | str) -> None:
        """Write the panels; `spinn.load_panel` reads them.

        Parameters
        ----------
        path
            By its ending. ``.json``: everything, in the form of `panels.json`, the ranking inside.
            ``.csv``: gene, rank and size, for people. None: a folder with ``panels.json`` and
            ``ranking.csv`` (gene, rank, score, among), as the workflow writes it.

        Raises
        ------
        ValueError
            If the ending is another.
        """
        target, ranking = Path(path), [_RANKING, *map(_ranking_row, self.ranking)]
        match target.suffix:
            case ".json":
                _write_json(target, {**self.document(), "ranking": ranking})
            case ".csv":
                _write_csv(target, [COLUMNS, *self._rows()])
            case "":
                target.mkdir(parents=True, exist_ok=True)
                _write_json(target / "panels.json", self.document())
                _write_csv(target / "ranking.csv", ranking)
            case _:
                raise ValueError(f"panels are saved as .json, .csv or a folder, came {target.name}")


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


def path_by_place(panels: Sequence[Panel]) -> PanelPath:
    """Return the path of panels, large to small, that need not be nested.

    Where one score has no meaning for all genes, that of a gene is its place in the largest panel,
    from 1 down to 0.
    """
    genes = panels[0].genes
    ranking = tuple(
        Ranked(gene, rank + 1, 1 - rank / len(genes), len(genes)) for rank, gene in enumerate(genes)
    )
    return PanelPath(tuple(panels), ranking)


def load_panels(path: Path | str) -> PanelPath:
    """Read a ``panels.json`` (its ranking, if any, stands inside or beside it in ``ranking.csv``).

    Raises
    ------
    ValueError
        If it is no file of panels, or of an unknown format.
    """
    document = _document(Path(path))
    if document.get("format") != FORMAT:
        raise ValueError(
            f"{path}: panels format must be {FORMAT}, came {document.get('format')!r}; "
            "read it with the version of spinn that wrote it, or run the selection again"
        )
    panels = tuple(Panel(tuple(entry["genes"])) for entry in document["panels"])
    about = {k: v for k, v in document.items() if k not in ("format", "panels", "ranking")}
    table = Path(path).with_name("ranking.csv")
    rows = document.get("ranking", [])
    if "ranking" not in document and table.exists():
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    ranking = tuple(Ranked(gene, int(r), float(score), int(n)) for gene, r, score, n in rows[1:])
    return PanelPath(panels, ranking, about)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ValueError(
            f"{path}: must hold panels as spinn writes them; a plain list of genes is read from "
            "text, a gene a line, or from a CSV with a column gene"
        )
    return document


def _ranking_row(ranked: Ranked) -> tuple[str, int, str, int]:
    return (ranked.gene, ranked.rank, f"{ranked.score:.9g}", ranked.among)


def _write_json(path: Path, document: Any) -> None:
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
