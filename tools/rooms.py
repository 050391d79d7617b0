"""Count the rooms of the package, its floors, arrows and circles: `python -m tools.rooms [ROOT]`.

A room is a folder or a file of spinn/; an arrow leads from a room to one that it imports; a circle
is a set of rooms that import each other; a room's floor is one above the highest that it imports.
"""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def arrows(package: Path) -> dict[str, set[str]]:
    """Return the rooms that each room imports."""
    rooms: dict[str, set[str]] = {}
    for path in package.rglob("*.py"):
        room = path.relative_to(package).with_suffix("").parts[0]
        if room == "__init__":
            continue
        targets = rooms.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}".split(".") for alias in node.names]
                targets |= {name[1] for name in names if name[0] == package.name}
        targets.discard(room)
    return {room: {target for target in to if target in rooms} for room, to in rooms.items()}


def floors(rooms: dict[str, set[str]]) -> int:
    """Return the number of floors.

    Raises
    ------
    CycleError
        If rooms import each other in a circle.
    """
    floor: dict[str, int] = {}
    for room in TopologicalSorter(rooms).static_order():
        floor[room] = 1 + max((floor[target] for target in rooms[room]), default=0)
    return max(floor.values())


def circles(rooms: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of rooms that reach each other."""

    def reached(room: str) -> set[str]:
        seen, waiting = set[str](), [room]
        while waiting:
            for target in rooms[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        return seen

    reach = {room: reached(room) for room in rooms}
    sets = {tuple(sorted(o for o in rooms if o in reach[r] and r in reach[o])) for r in rooms}
    return sorted(list(circle) for circle in sets if len(circle) > 1)


def main() -> None:
    """Print the counts of a tree."""
    package = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT) / "spinn"
    rooms = arrows(package)
    n_arrows = sum(map(len, rooms.values()))
    try:
        height = str(floors(rooms))
    except CycleError:
        height = "none, for there are circles"
    print(f"{len(rooms)} rooms, {n_arrows} arrows, floors: {height}, circles: {circles(rooms)}")


if __name__ == "__main__":
    main()
