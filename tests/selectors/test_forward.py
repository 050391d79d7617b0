"""Forward selection meets groups while it selects; against least squares in baselines/."""

from spinn.constraints.constraints import Constraints
from spinn.selectors.constrained import constrained
from spinn.selectors.run import Run
from tests.support.cells import gene_names, make_data
from tests.support.selectors import bare, broken


def test_each_gain_is_that_next_to_the_genes_that_are_in_the_panel():
    data = make_data(n_cells=300)
    groups = Constraints(group={gene: str(i % 4) for i, gene in enumerate(gene_names(20))})
    run, choose = Run("greedy", [4], 0, groups), bare("greedy", data)
    path = choose(run)
    assert constrained(choose, data.genes, run) == path
    assert broken(path.of_size(4), 4, groups, data.genes) == []
