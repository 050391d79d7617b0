"""Random sections `genes` of a config, for the small synthetic cells."""

from hypothesis import strategies as st

from spinn.constraints.measured import constraints_of
from tests.support.cells import make_data

DATA = make_data()
GENES = DATA.genes
ROW = st.fixed_dictionaries(
    {},
    optional={
        "group": st.sampled_from("xyz"),
        "weight": st.floats(0.1, 10),
        "cost": st.floats(0, 5),
        "min_expression": st.floats(0, 5),
        "max_expression": st.floats(3, 8),
        "must": st.sampled_from([True, False, False, False]),
        "exclude": st.sampled_from([True, False, False]),
    },
)
SECTION = st.fixed_dictionaries(
    {
        "table": st.dictionaries(
            st.sampled_from([*GENES, "prefix:g1", "regex:[05]$"]), ROW, max_size=12
        ).map(lambda rows: [{"gene": gene, **row} for gene, row in rows.items()]),
        "max_per_group": st.integers(1, 3),
        "budget": st.none() | st.floats(2, 30),
        "expression": st.fixed_dictionaries(
            {"min": st.none() | st.floats(0, 5), "max": st.none() | st.floats(4, 9)}
        ),
    },
    optional={
        "load": st.fixed_dictionaries(
            {},
            optional={
                "max_per_gene": st.floats(4, 30),
                "max_per_type": st.floats(6, 40),
                "max_total_per_type": st.floats(10, 120),
                "min_in_some_type": st.floats(0.1, 4),
            },
        ),
        "markers_per_type": st.integers(0, 2),
        "base": st.lists(st.sampled_from([*GENES, "absent"]), unique=True, max_size=5),
        "slots": st.lists(st.sampled_from(["tdTomato", "Cre"]), unique=True),
        "available": st.lists(st.sampled_from(GENES), min_size=8, unique=True),
    },
)
REFUSALS = ("required and excluded", "expression must not", "cannot be ordered")


def constraints_in(section):
    """Return the constraints of a section, None where it contradicts itself."""
    try:
        return constraints_of(section, DATA)
    except ValueError as error:
        if any(refusal in str(error) for refusal in REFUSALS):
            return None
        raise
