"""Run every benchmark, print the ratios, write results/bench.json."""

import argparse
import json
import logging
from pathlib import Path

import torch

from benchmarks import basis, extras, growth, rfe, scores, seeds, step

PARTS = {"step": step.measure, "scores": scores.measure, "growth": growth.measure,
         "seeds": seeds.measure, "basis": basis.measure, "rfe": rfe.measure,
         "extras": extras.measure}  # fmt: skip


def main() -> None:
    """Run the parts that are named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("results/bench.json"))
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    torch.set_num_threads(given.threads)
    logging.disable(logging.WARNING)
    results = json.loads(given.output.read_text()) if given.output.exists() and given.parts else {}
    for name in given.parts or PARTS:
        for case, result in PARTS[name]().items():
            results[case] = result
            print(
                f"{case:34s} {result['ratio']:8.1f}x  [{result['low']:.1f}, {result['high']:.1f}]  "
                f"ours {result['ours_s']:.3g} s, other {result['other_s']:.3g} s, "
                f"largest difference {result['same']:.1e}",
                flush=True,
            )
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
