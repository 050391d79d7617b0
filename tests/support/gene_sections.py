"""Random sections `genes` of a config, for the small synthetic cells."""

from hypothesis import strategies as st

from spinn.constraints.files import constraints_of
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
    }
)


def constraints_in(section):
    """Return the constraints of a section, None where it contradicts itself."""
    try:
        return constraints_of(section, DATA)
    except ValueError as error:
        if "required and excluded" in str(error) or "expression must not" in str(error):
            return None
        raise
