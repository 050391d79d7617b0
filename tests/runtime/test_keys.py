"""Keys of a run: names as they are, the split a number."""

from spinn.runtime.keys import run_keys


def test_keys_are_the_wildcards_with_the_split_as_a_number():
    wildcards = [("dataset", "1"), ("split", "2"), ("seed", "3")]
    assert run_keys(wildcards) == {"dataset": "1", "split": 2, "seed": "3"}
