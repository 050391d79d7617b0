"""The public names, for type checkers: `__init__.py` loads them when they are first used."""

from spinn.data import ExpressionData as ExpressionData
from spinn.data import read_prepared as read_prepared
from spinn.evaluation import evaluate as evaluate
from spinn.interface.evaluate import evaluate_panels as evaluate_panels
from spinn.interface.panel_files import load_panel as load_panel
from spinn.interface.select import select_genes as select_genes
from spinn.network import Network as Network
from spinn.panel import Panel as Panel
from spinn.panel import PanelPath as PanelPath
from spinn.panel import load_panels as load_panels
from spinn.preparation.preprocess import prepare as prepare
from spinn.selection import select as select
from spinn.settings import TrainingSettings as TrainingSettings
from spinn.training import fit as fit

__version__: str
