"""Coarse-to-fine search, for more images than the exact search has time for."""

from collections.abc import Iterable
from importlib import import_module

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from mmuda.pairing.maps import ClassMaps, LabelMaps
from mmuda.pairing.search import Best

BLOCK = 64  # images pooled at a time


def most_similar_coarsely(
    labels: LabelMaps,
    blocks: Iterable[ClassMaps],
    size: tuple[int, int],
    pool: int,
    candidates: int = 64,
    top_k: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Approximate :func:`~mmuda.pairing.search.most_similar_of_blocks`.

    The inner product of class maps averaged over cells of ``pool`` x ``pool`` pixels
    approximates the similarity at 1 / ``pool``^2 of its cost. faiss finds the targets
    of a block for which it is highest; these are compared exactly.

    Args:
        labels: Label maps of N source images.
        blocks: Maps of the first target images, of the next ones, and so on.
        size: Height and width of the maps.
        pool: Edge of a cell in pixels.
        candidates: Targets of a block that are compared exactly with a source image.
        top_k: Number of targets to find for each source image.

    Returns:
        Indices of the targets, best first, int64 (N, k), and their exact similarities,
        float64 (N, k).

    Raises:
        ImportError: Without faiss.
        ValueError: If ``pool`` or the candidates are too few.
    """
    if pool < 1 or candidates < top_k:
        raise ValueError(
            f'expected pool >= 1 and candidates >= top_k = {top_k}, got {pool} and '
            f'{candidates}'
        )
    try:
        faiss = import_module('faiss')
    except ImportError as error:
        raise ImportError(
            'the coarse search needs faiss: install mmuda[scale]'
        ) from error
    queries = pool_maps(labels, size, pool)
    best, begin = Best.none_yet(len(queries), top_k), 0
    for targets in blocks:
        pooled = pool_maps(targets, size, pool)
        index = faiss.IndexFlatIP(pooled.shape[1])
        index.add(pooled)
        _, found = index.search(queries, min(candidates, len(pooled)))
        for row, columns in enumerate(found):
            values = targets.similarities(columns, labels.labels[row])
            best.add(np.full(len(columns), row), begin + columns, values)
        begin += len(pooled)
    return best.indices, best.similarities


def pool_maps(maps: ClassMaps, size: tuple[int, int], pool: int) -> np.ndarray:
    """Class maps averaged over cells, as vectors, float32 (M, C * cells)."""
    parts = []
    count, num_locations = maps.shape
    for start in range(0, count, BLOCK):
        images = slice(start, min(start + BLOCK, count))
        full = torch.empty(images.stop - start, maps.num_classes, num_locations)
        maps.indicators(images, slice(0, num_locations), full)
        cells = F.avg_pool2d(full.unflatten(2, size), pool, ceil_mode=True)
        parts.append(cells.flatten(1))
    return torch.cat(parts).numpy()


def recall(found: np.ndarray, exact: np.ndarray) -> float:
    """Share of the exact best targets (N, k) that were found (N, k)."""
    hits = [np.isin(e, f).mean() for e, f in zip(exact, found, strict=True)]
    return float(np.mean(hits))
