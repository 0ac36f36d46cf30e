"""Choosing between models without a label of the target."""

from mmuda.evaluation.criteria.judgement import (
    Choices,
    choices_by_chance,
    judge_choices,
    rank_correlations,
)
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
    'Choices',
    'best_of',
    'check_criterion',
    'choices_by_chance',
    'expected_shares',
    'judge_choices',
    'rank_correlations',
    'score_pool',
    'source_score',
]
