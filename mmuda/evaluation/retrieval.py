"""Cross-domain retrieval: how well two domains mix in a feature space."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Retrieval:
    """What queries of one domain find in a pool of both.

    Args:
        found: Mean number of images of the other domain among the k nearest ones, for
            k from 1 to N, shape (N,): |A_k| for queries of the source, |B_k| for those
            of the target.
        mean_average_precision: In [0, 1], of retrieving the other domain.
        share: Of the other domain in the pool, in [0, 1]. If features said nothing
            about the domain, ``found`` would be about ``share * k``.
    """

    found: np.ndarray
    mean_average_precision: float
    share: float


def cross_domain_retrieval(
    source_queries: np.ndarray,
    target_queries: np.ndarray,
    source_pool: np.ndarray,
    target_pool: np.ndarray,
) -> dict[str, Retrieval]:
    """Retrieval of each domain's images by the other's.

    Sect. 5.4 of LSD (Sankaranarayanan et al. 2018): every query ranks the pool, which
    holds images of both domains and none of the queries, by cosine similarity. The more
    of the other domain it finds, the better the domains are aligned.

    Args:
        source_queries: Feature vectors of Q_S, shape (n, D).
        target_queries: Of Q_T, likewise.
        source_pool: Of the source's part of X, likewise.
        target_pool: Of the target's part of X, likewise.

    Returns:
        By the domain of the queries, ``'source'`` (|A_k|) and ``'target'`` (|B_k|).

    Raises:
        ValueError: If a set is empty, or they do not have vectors of one length.
    """
    sets = [source_queries, target_queries, source_pool, target_pool]
    shapes = [np.shape(vectors) for vectors in sets]
    if any(len(s) != 2 or not s[0] or s[1] != shapes[0][1] for s in shapes):
        raise ValueError(f'expected four sets of vectors of one length, got {shapes}')
    pool = np.concatenate([source_pool, target_pool])
    of_target = np.arange(len(pool)) >= len(source_pool)
    return {
        'source': retrieve(source_queries, pool, of_target),
        'target': retrieve(target_queries, pool, ~of_target),
    }


def retrieve(queries: np.ndarray, pool: np.ndarray, wanted: np.ndarray) -> Retrieval:
    """What queries find in a pool.

    Among equally similar images those that are not wanted come first, so that features
    that are all the same do not look aligned.

    Args:
        queries: Feature vectors, shape (n, D).
        pool: Likewise, (N, D).
        wanted: Which of the pool count as found, bool, (N,).
    """
    # Stable sorting below keeps this order where similarities are equal.
    order = np.argsort(wanted, kind='stable')
    pool, wanted = pool[order], wanted[order]
    similarities = _unit(queries) @ _unit(pool).T
    ranks = np.argsort(-similarities, axis=1, kind='stable')
    hits = wanted[ranks]  # (n, N)
    found = hits.cumsum(1)
    precision = found / np.arange(1, len(pool) + 1)
    average_precision = (precision * hits).sum(1) / max(wanted.sum(), 1)
    return Retrieval(
        found.mean(0), float(average_precision.mean()), float(wanted.mean())
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1; those of length 0 stay."""
    vectors = np.asarray(vectors, np.float64)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
