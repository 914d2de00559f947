"""Single-linkage clustering: the order of assets in which neighbours are alike.

Merges are those of a minimum spanning tree, cheapest edge first. Each merge puts the cluster with
the smaller number to the left; single assets are numbered first, clusters as they arise. That is
the convention of the usual clustering library, so leaf orders can be compared.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from engine.data.bars import FloatArray

Distance: TypeAlias = Literal["columns", "correlation"]
Edge: TypeAlias = tuple[float, int, int]


def correlation_distance(correlation: FloatArray) -> FloatArray:
    """sqrt((1 - correlation) / 2), 0..1, shape (n, n)."""
    return np.sqrt(np.clip((1.0 - correlation) / 2.0, 0.0, 1.0))


def column_distance(distance: FloatArray) -> FloatArray:
    """Euclidean distance between the columns of a distance table, shape (n, n)."""
    total = np.zeros_like(distance)
    for row in distance:
        total += (row[:, None] - row[None, :]) ** 2
    return np.sqrt(total)


def spanning_tree(distance: FloatArray) -> list[Edge]:
    """Edges (length, one, other) of a minimum spanning tree, as they are found from asset 0."""
    n = len(distance)
    inside = np.zeros(n, dtype=np.bool_)
    nearest = np.full(n, np.inf)
    neighbour = np.zeros(n, dtype=np.int64)
    edges: list[Edge] = []
    at = 0
    for _ in range(n - 1):
        inside[at] = True
        closer = ~inside & (distance[at] < nearest)
        nearest[closer] = distance[at][closer]
        neighbour[closer] = at
        at = int(np.argmin(np.where(inside, np.inf, nearest)))
        edges.append((float(nearest[at]), int(neighbour[at]), at))
    return edges


def leaf_order(distance: FloatArray) -> list[int]:
    """Places of the assets from the left of the single-linkage tree to its right."""
    n = len(distance)
    # The sort is stable: equal lengths keep the order in which the tree was grown.
    edges = sorted(spanning_tree(distance), key=lambda edge: edge[0])
    leaves: dict[int, list[int]] = {asset: [asset] for asset in range(n)}
    cluster = list(range(n))
    for number, (_, one, other) in enumerate(edges, start=n):
        left, right = sorted((cluster[one], cluster[other]))
        leaves[number] = leaves.pop(left) + leaves.pop(right)
        for asset in leaves[number]:
            cluster[asset] = number
    return leaves[cluster[0]]
