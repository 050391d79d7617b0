"""The public names, for type checkers: `__init__.py` loads them when they are first used."""

from spinn.interface.evaluate import evaluate_panels as evaluate_panels
from spinn.interface.select import select_genes as select_genes
from spinn.panel import Panel as Panel
from spinn.panel import PanelPath as PanelPath
from spinn.panel_files import load_panel as load_panel

__version__: str
