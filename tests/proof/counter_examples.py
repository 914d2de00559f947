"""The table of points that tell each mutant from the specification, and how it is renewed.

`python -m tests.proof.counter_examples` asks the prover for a point for every mutant that the
table does not kill yet, drops points that no mutant needs, and writes the table.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import z3

from tests.proof.mutants import Mutant, mutants
from tests.proof.prover import (
    GROUPS,
    PROVER,
    PROVERS_WORDS,
    Point,
    World,
    differing,
    point_of,
    promised,
    rows,
    terms,
    world_of,
)

FILE = Path(__file__).with_name("counter_examples.json")
SMALL = 60
_WIDE = ("equity", "peak", "capital", "cash", "bps", "x100", "twice_mid", "volume", "depth", "low")


def table(file: Path = FILE) -> tuple[Point, ...]:
    """The points of the file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return tuple(_point(json.loads(line)) for line in lines)


def _point(flat: Sequence[Sequence[Any]]) -> Point:
    """Groups of bare values, in the order of the fields, as a point."""
    return {
        group: dict(zip(kind.__dataclass_fields__, values, strict=True))
        for (group, kind), values in zip(GROUPS.items(), flat, strict=True)
    }


def killer(run: Callable[..., Any], points: Sequence[Point]) -> int | None:
    """Number of the first point at which a predicate breaks its promise; None when it keeps all."""
    for number, point in enumerate(points):
        world = world_of(point)
        if rows(run, world) != promised(world):
            return number
    return None


def found_by_prover(mutant: Mutant) -> Point | None:
    """A point that kills the mutant; None when the prover finds none."""
    world = terms()
    changed, wanted = rows(mutant.run, world, PROVER), promised(world, PROVERS_WORDS)
    for claim in differing(changed, wanted):
        for bounds in (_small(world), []):
            solver = z3.Solver()
            solver.set("timeout", 10_000)
            solver.add(claim, *bounds)
            if solver.check() == z3.sat:
                point = point_of(solver.model(), world)
                here = world_of(point)
                if rows(mutant.run, here) != promised(here):
                    return point
    return None


def _small(world: World) -> list[Any]:
    """Bounds that keep the numbers readable."""
    found = []
    for group in GROUPS:
        for name, term in vars_of(getattr(world, group)).items():
            if z3.is_int(term):
                most = 20_000 if any(part in name for part in _WIDE) else SMALL
                found += [term >= (-SMALL if name in {"pos", "stopped_pnl"} else 0), term <= most]
    return found


def vars_of(group: Any) -> dict[str, Any]:  # noqa: ANN401
    """Fields of a group with their values."""
    return {name: getattr(group, name) for name in group.__dataclass_fields__}


def renewed() -> tuple[list[Point], list[str]]:
    """The smallest table that the mutants need, and the mutants that nothing kills."""
    points, left = list(table()), []
    needed: set[int] = set()
    for mutant in mutants():
        number = killer(mutant.run, points)
        if number is None:
            point = found_by_prover(mutant)
            if point is None:
                left.append(mutant.name)
                continue
            points.append(point)
            number = len(points) - 1
        needed.add(number)
    return [points[number] for number in sorted(needed)], left


def main() -> None:
    """Renew the file and name what is left."""
    points, left = renewed()
    flat = ([list(point[group].values()) for group in GROUPS] for point in points)
    FILE.write_text("".join(f"{json.dumps(line)}\n" for line in flat), encoding="utf-8")
    sys.stdout.write(f"{len(points)} points\n" + "".join(f"left: {name}\n" for name in left))


if __name__ == "__main__":
    main()
