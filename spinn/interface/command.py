"""The command line: `spinn select`, `evaluate`, `platforms`, `order` and `run`.

Heavy imports stand inside the commands, so that help and a misspelt option answer at once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from spinn import __version__
from spinn.selectors.registry import SELECTORS

log = logging.getLogger(__name__)
_TASKS = click.Choice(["reconstruction", "classification", "regression", "hurdle"])
_CHOOSERS = click.Choice([name for name, entry in SELECTORS.items() if entry.kind != "package"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="spinn-panels")
def main() -> None:
    """Choose the genes worth measuring, and judge any list of genes on cells held out."""


def _of_cells(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what the cells are."""
    options = (
        click.option("--label", help="obs column of cell types."),
        click.option("--donor", help="obs column; whole donors are then kept together."),
        click.option("--layer", help="'raw' or a layer's name.  [default: X]"),
        click.option(
            "--values",
            type=click.Choice(["counts", "lognorm"]),
            help="What the values are.  [default: counts where all are whole]",
        ),
        click.option(
            "--task",
            type=_TASKS,
            help="What judges panels.  [default: classification with --label, else "
            "reconstruction; of --goal genes too]",
        ),
        click.option(
            "--target", "targets", multiple=True, help="For regression: obs column or obsm/NAME."
        ),
        click.option("--gene-id", help="var column of Ensembl ids.  [default: var names]"),
        click.option("--gene-symbol", help="var column of symbols.  [default: var names]"),
        click.option(
            "--split",
            default=0,
            show_default=True,
            help="Which draw of cells: held out, or ending the training.",
        ),
        click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False),
            help="YAML file of settings: preprocess, split, genes, network, training...",
        ),
        click.option("-v", "--verbose", is_flag=True, help="Print the log."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("cells", type=click.Path(exists=True))
@click.option(
    "-g", "--genes", "n_genes", type=int, multiple=True, default=(64,), show_default=True,
    help="Genes in the panel; repeatable: -g 8 -g 16.",
)  # fmt: skip
@click.option("--selector", type=_CHOOSERS, default="recommended", show_default=True)
@click.option(
    "--goal",
    type=click.Choice(["types", "genes", "both"]),
    help="What the panel of `recommended` is for.  [default: both with --label, else genes]",
)
@click.option(
    "--required",
    multiple=True,
    help="Gene that every panel must hold, prefix:TEXT, regex:PATTERN, family:NAME, or a file of "
    "them (text, CSV with a column gene, panel.json); repeatable.",
)
@click.option(
    "--excluded", multiple=True, help="Gene that no panel may hold, in the same forms; repeatable."
)
@click.option(
    "--base",
    help="File of genes that are measured anyway, such as a vendor's panel: --genes are added to "
    "them.",
)
@click.option(
    "--slot",
    "slots",
    multiple=True,
    help="Name of what takes the room of a gene and is none of the data; repeatable.",
)
@click.option(
    "--platform",
    help="What the panel is for: its limits hold. A name (see `spinn platforms`) or a .yaml file.",
)
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option(
    "--hold-out", is_flag=True, help="Leave a fifth of the cells (or donors) for `spinn evaluate`."
)
@click.option("-o", "--output", help="panel.csv or panel.json.  [default: CSV to the screen]")
@_of_cells
def select(cells: str, output: str | None, config: str | None, verbose: bool, **given: Any) -> None:  # noqa: FBT001 - click's
    """Choose genes from CELLS (.h5ad or .zarr).

    All cells choose, so that none is left to judge the panel. With --hold-out a fifth is not used:
    `spinn evaluate`, given the same --label, --donor, --split and --config, judges panels on it.
    """
    with _user_errors(verbose=verbose):
        from spinn.interface.files import atomic_write, check_writable, listed_terms, read_config

        if output is not None:
            check_writable(output, (".csv", ".json"))
        settings = read_config(config)
        given |= {key: listed_terms(given[key]) for key in ("required", "excluded")}

        from spinn.interface.select import select_genes
        from spinn.preparation.inputs import read_input
        from spinn.records.tradeoff import price_lines

        path = select_genes(read_input(cells), config=settings, **given)
        if output is None:
            click.echo(path.table().to_csv(index=False), nl=False)
        else:
            atomic_write(output, path.save)
            sizes = ", ".join(map(str, path.sizes))
            genes = "gene" if path.sizes == [1] else "genes"
            origin = f"{path.about['selector']}, {path.about['task']}"
            origin += ", from all cells" if "cells" in path.about else ", some cells held out"
            click.echo(f"wrote {output}: {sizes} {genes} ({origin})", err=True)
            for line in price_lines(path):
                click.echo(line, err=True)


@main.command()
@click.argument("cells", type=click.Path(exists=True))
@click.argument("panels", nargs=-1, required=True, metavar="[NAME=]FILE...")
@click.option("--seed", "seeds", type=int, multiple=True, default=(0, 1), show_default=True,
              help="Random seed of the networks that judge; repeatable.")  # fmt: skip
@click.option(
    "--missing",
    type=click.Choice(["drop", "error"]),
    default="drop",
    show_default=True,
    help="Genes of a list that CELLS lack are left out with a warning, or an error.",
)
@click.option("-o", "--output", help="table.csv.  [default: CSV to the screen]")
@_of_cells
def evaluate(
    cells: str,
    panels: tuple[str, ...],
    output: str | None,
    config: str | None,
    verbose: bool,  # noqa: FBT001 - click's
    **given: Any,
) -> None:
    """Judge lists of genes on the cells that `spinn select --hold-out` leaves out.

    FILE is a panel that spinn wrote, a table with a column gene, a vendor's gene_panel.json, or
    text with a gene a line. The first is what the others are compared with.
    """
    with _user_errors(verbose=verbose):
        from spinn.interface.files import atomic_write, check_writable, named_panels, read_config

        if output is not None:
            check_writable(output, (".csv",))
        settings, lists = read_config(config), named_panels(panels)

        from spinn.interface.evaluate import evaluate_panels
        from spinn.preparation.inputs import read_input

        table = evaluate_panels(read_input(cells), lists, config=settings, **given)
        text = table.to_csv(index=False, float_format="%.6g")
        if output is None:
            click.echo(text, nl=False)
        else:
            atomic_write(output, partial(Path.write_text, data=text, encoding="utf-8"))
            n_lists = f"{len(lists)} list{'s' * (len(lists) > 1)}"
            click.echo(f"wrote {output}: {n_lists}, floor and ceiling", err=True)


@main.command()
def platforms() -> None:
    """List the platforms that `spinn order` knows, their sizes and limits."""
    from spinn.platforms.listing import platform_lines

    for line in platform_lines():
        click.echo(line)


@main.command()
@click.argument("panel", type=click.Path(exists=True))
@click.option("--platform", help="Name from `spinn platforms`, or the path of a .yaml of yours.")
@click.option("-o", "--output", required=True, help="Folder to write: new or empty.")
@click.option("--size", type=int, help="Which panel of several.  [default: the largest]")
@click.option(
    "--available",
    type=click.Path(exists=True, dir_okay=False),
    help="Table of the genes that can be made, the vendor's; Ensembl ids are taken from it.",
)
@click.option(
    "--bundle",
    type=click.Path(exists=True),
    help="Cells (.h5ad or .zarr) of whole counts that go with the order.",
)
@click.option("--label", help="For --bundle: obs column of cell types.")
@click.option("--layer", help="For --bundle: 'raw' or a layer's name.  [default: X]")
@click.option("--gene-id", help="For --bundle: var column of Ensembl ids.")
def order(panel: str, output: str, bundle: str | None, **given: Any) -> None:
    """Write the files with which PANEL is ordered: what to submit, checks, a page to read.

    PANEL is what `spinn select` or the workflow wrote, or any list of genes.
    """
    with _user_errors(verbose=False):
        from spinn.interface.order import Cells, order_panel

        about = {key: given.pop(key) for key in ("label", "layer", "gene_id")}
        if bundle is None and (alone := [key for key, value in about.items() if value is not None]):
            raise ValueError(
                f"--{alone[0].replace('_', '-')} is for the cells of --bundle; name it"
            )
        cells = None if bundle is None else Cells(bundle, **about)
        lines = order_panel(panel, output, cells=cells, **given)
        unmet = [line.rule for line in lines if line.met == "no"]
        click.echo(f"wrote {output}: read README.txt there first", err=True)
        if unmet:
            click.echo(f"not met: {', '.join(unmet)}; see checks.csv there", err=True)


@main.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[SNAKEMAKE OPTIONS]...")
def run(words: tuple[str, ...]) -> None:
    """Run the whole workflow: every selector of a config, judged and compared, with a report.

    All options go to Snakemake; `--configfile my.yaml` names your config, without one cells that
    ship with scanpy are used. All cores are used unless --cores says otherwise.
    """
    if find_spec("snakemake") is None:
        raise click.UsageError(
            "the workflow needs Snakemake; install it with: pip install 'spinn-panels[workflow]'"
        )
    from spinn.interface.workflow import run_workflow

    status, report = run_workflow(words)
    if report is not None:
        click.echo(f"report: {report}")
    raise SystemExit(status)


class _WrongInputError(click.ClickException):
    exit_code = 2  # as for wrong options


@contextmanager
def _user_errors(*, verbose: bool) -> Iterator[None]:
    """Show errors of arguments and files in one line; with ``verbose`` their traceback too."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(message)s")
    try:
        yield
    except (KeyError, OSError, RuntimeError, ValueError) as error:
        log.info("traceback of the error:", exc_info=True)
        line = error.args[0] if isinstance(error, KeyError) else error
        raise _WrongInputError(str(line)) from None
