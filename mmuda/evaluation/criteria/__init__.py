"""Choosing between models without a label of the target."""

from mmuda.evaluation.criteria.pool import (
    CRITERIA,
    OF_POOLS,
    Candidate,
    best_of,
    check_criterion,
    expected_shares,
    score_pool,
    source_score,
)

__all__ = [
    'CRITERIA',
    'OF_POOLS',
    'Candidate',
    'best_of',
    'check_criterion',
    'expected_shares',
    'score_pool',
    'source_score',
]
