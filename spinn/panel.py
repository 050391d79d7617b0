"""Panels: ordered distinct gene names, best first; and the path of panels of one run."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinn.names import with_offers
from spinn.panel_views import as_html, as_text

if TYPE_CHECKING:  # both are slow to import, and reading panels needs neither
    import anndata as ad
    import pandas as pd

FORMAT = 1
COLUMNS = ("gene", "rank", "size")
SHARED = ("base", "slots")  # what all panels of a run have in common
SLOT = "slot"  # the role, in tables, of what takes the room of a gene and is none of the data
_RANKING = ("gene", "rank", "score", "among")


@dataclass(frozen=True)
class Panel:
    """Ordered distinct gene names, best first.

    Parameters
    ----------
    genes
        That are added to what is measured anyway.
    base
        Genes of the data that are measured anyway, as those of a panel that is bought; free.
    slots
        Names of what takes the room of a gene and is none of the data, such as a transgene.

    Raises
    ------
    ValueError
        If a gene repeats or there is none.
    """

    genes: tuple[str, ...]
    base: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.genes:
            raise ValueError("a panel needs at least one gene")
        names = (*self.base, *self.genes, *self.slots)
        repeated = sorted(gene for gene, times in Counter(names).items() if times > 1)
        if repeated:
            raise ValueError(f"panel genes must be distinct; repeated: {', '.join(repeated[:5])}")

    def __repr__(self) -> str:
        return as_text(self._title, self.genes)

    def _repr_html_(self) -> str:
        return as_html(self._title, self.genes)

    @property
    def _title(self) -> str:
        added = f", added to {len(self.base)}" if self.base else ""
        return f"Panel of {self.size} gene{'s' * (self.size > 1)}{added}"

    @property
    def size(self) -> int:
        """Number of genes and slots, without those of the base."""
        return len(self.genes) + len(self.slots)

    @property
    def measured(self) -> tuple[str, ...]:
        """All genes of the data that are measured: base and panel."""
        return (*self.base, *self.genes)

    def annotate(self, adata: "ad.AnnData") -> "ad.AnnData":
        """Return a copy of an AnnData, in memory, with the panel in ``var`` and ``uns``.

        ``var["spinn_selected"]`` says which genes are in the panel, ``var["spinn_rank"]`` gives
        their rank from 1 (0 for the others), and ``uns["spinn"]`` holds ``genes`` and ``size``.

        Raises
        ------
        KeyError
            If a panel gene is absent from the data.
        """
        if absent := [gene for gene in self.genes if gene not in adata.var_names]:
            raw = adata.raw is not None and set(absent) <= set(adata.raw.var_names)
            hint = "; they are in raw: annotate adata.raw.to_adata()" if raw else ""
            named = with_offers(absent, adata.var_names.tolist())
            raise KeyError(f"{len(absent)} of {self.size} panel genes absent: {named}{hint}")
        copy = adata.to_memory() if adata.isbacked else adata.copy()
        rank = {gene: i for i, gene in enumerate(self.genes, start=1)}
        copy.var["spinn_rank"] = [rank.get(name, 0) for name in adata.var_names]
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
    seed, settings, data, made_by. Of panels that are explained it also holds ``explained``: their
    size, as text, to a header and a row per gene; of panels from a vendor's file ``ids``, gene to
    Ensembl id. A run that failed has no panels; ``failed`` says why.

    Examples
    --------
    >>> path = ranked_path(["CD3E", "MS4A1", "NKG7"], [3.0, 2.0, 1.0], sizes=[1, 2])
    >>> path.genes
    ['CD3E', 'MS4A1']
    >>> path.of_size(1)
    Panel of 1 gene
    1 CD3E
    """

    panels: tuple[Panel, ...]
    ranking: tuple[Ranked, ...]
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sizes != sorted(set(self.sizes), reverse=True):
            raise ValueError(f"a path's panels must go from large to small, got sizes {self.sizes}")

    def __repr__(self) -> str:
        return as_text(self._title, self.genes if self.panels else ())

    def _repr_html_(self) -> str:
        scores = {place.gene: place.score for place in self.ranking}
        return as_html(self._title, self.genes if self.panels else (), scores)

    @property
    def _title(self) -> str:
        run = [str(self.about[key]) for key in ("selector", "dataset", "task") if key in self.about]
        sizes = f"sizes {', '.join(map(str, self.sizes))}" if self.panels else self._missing
        return f"PanelPath: {', '.join([*run, sizes])}"

    @property
    def _missing(self) -> str:
        return f"no panel: {self.failed or 'none was requested'}"

    @property
    def sizes(self) -> list[int]:
        """Number of genes of each panel, large to small."""
        return [panel.size for panel in self.panels]

    @property
    def failed(self) -> str | None:
        """Why the run has no panels; None where it has."""
        return self.about.get("failed")

    @property
    def genes(self) -> list[str]:
        """The genes of the largest panel, best first; ValueError where a failed run has none."""
        return list(self.largest.genes)

    @property
    def largest(self) -> Panel:
        """The largest panel; ValueError where a failed run has none."""
        if not self.panels:
            raise ValueError(f"this run has {self._missing}")
        return self.panels[0]

    def table(self) -> "pd.DataFrame":
        """Return one row per gene of every panel, large to small: gene, rank (from 1), size.

        Where the panels are explained, the further columns are those of panel_K.csv.
        """
        import pandas as pd

        header, *rows = self._rows()
        return pd.DataFrame(rows, columns=header)

    def explained(self, size: int) -> list[dict[str, Any]]:
        """Return what is known of each gene of a panel, best first: at least gene, rank, size."""
        header, *rows = self.about.get("explained", {}).get(str(size), [()])
        known = [dict(zip(header, row, strict=True)) for row in rows]
        of_gene = {row["gene"]: row for row in known}
        return [
            {"gene": gene, "rank": rank, "size": size, **of_gene.get(gene, {})}
            for rank, gene in enumerate(self._listed(size), start=1)
        ]

    def _listed(self, size: int) -> tuple[str, ...]:
        """Return what takes room in a panel of a size: genes, then slots."""
        panel = self.of_size(size)
        return (*panel.genes, *panel.slots)

    def _rows(self) -> list[list[Any]]:
        """Return the header and the rows of the table."""
        rows = [row for size in self.sizes for row in self.explained(size)]
        header = list(dict.fromkeys([*COLUMNS, *(key for row in rows for key in row)]))
        return [header, *([row.get(name) for name in header] for row in rows)]

    def annotate(self, adata: "ad.AnnData") -> "ad.AnnData":
        """Return a copy of an AnnData marked with the largest panel, see `Panel.annotate`.

        ``uns["spinn"]`` also says where the panel comes from: ``about``, as JSON. For another size:
        ``path.of_size(32).annotate(adata)``.
        """
        copy = self.largest.annotate(adata)
        copy.uns["spinn"]["about"] = json.dumps(self.about, sort_keys=True, ensure_ascii=False)
        return copy

    def of_size(self, size: int) -> Panel:
        """Return the panel of a size; KeyError with the available sizes where there is none."""
        if size not in self.sizes:
            raise KeyError(f"no panel of {size} genes; sizes: {', '.join(map(str, self.sizes))}")
        return self.panels[self.sizes.index(size)]

    def document(self) -> dict[str, Any]:
        """Return what `panels.json` holds."""
        panels = [{"size": panel.size, "genes": list(panel.genes)} for panel in self.panels]
        shared = {key: list(getattr(self.panels[0], key)) for key in SHARED if self.panels}
        given = {key: names for key, names in shared.items() if names}
        return {"format": FORMAT, **self.about, **given, "panels": panels}

    def save(self, path: Path | str) -> None:
        """Write the panels; `spinn.load_panel` reads them.

        Parameters
        ----------
        path
            Its ending decides. ``.json``: everything, in the form of `panels.json`, the ranking
            inside. ``.csv``: the table. None: a folder with ``panels.json`` and
            ``ranking.csv`` (gene, rank, score, among), as the workflow writes it.

        Raises
        ------
        ValueError
            If the ending is another.
        """
        target = Path(path)
        places = [(p.gene, p.rank, f"{p.score:.9g}", p.among) for p in self.ranking]
        match target.suffix:
            case ".json":
                _write_json(target, {**self.document(), "ranking": [_RANKING, *places]})
            case ".csv":
                _write_csv(target, self._rows())
            case "":
                target.mkdir(parents=True, exist_ok=True)
                _write_json(target / "panels.json", self.document())
                _write_csv(target / "ranking.csv", [_RANKING, *places])
            case _:
                raise ValueError(f"panels are saved as .json, .csv or a folder, got {target.name}")


def ranked_path(
    names: Sequence[str],
    scores: Sequence[float],
    sizes: Iterable[int],
    *,
    among: Sequence[int] | None = None,
) -> PanelPath:
    """Return the nested panels of a ranking, best first; each size is at most ``len(names)``.

    ``among`` says among how many genes each had its score; all of them where not given.
    """
    descending = sorted(sizes, reverse=True)
    if descending and descending[0] > len(names):
        raise ValueError(f"{len(names)} genes are ranked, too few for a panel of {descending[0]}")
    counts = among if among is not None else [len(names)] * len(names)
    ranking = tuple(
        Ranked(gene, rank, float(score), int(n))
        for rank, (gene, score, n) in enumerate(zip(names, scores, counts, strict=True), start=1)
    )
    return PanelPath(tuple(Panel(tuple(names[:size])) for size in descending), ranking)


def path_by_place(panels: Sequence[Panel]) -> PanelPath:
    """Return the path of panels, large to small, that need not be nested.

    Where no score is comparable across all genes, a gene's score is its place in the largest panel,
    from 1 down to 0.
    """
    n, genes = panels[0].size, panels[0].genes
    return PanelPath(tuple(panels), ranked_path(genes, [1 - i / n for i in range(n)], []).ranking)


def _write_json(path: Path, document: Any) -> None:
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
