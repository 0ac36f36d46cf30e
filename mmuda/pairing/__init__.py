"""Semantic pairing: similarity of images, mappings and how they are made."""

from mmuda.pairing.mapping import ImageSet, Mapping
from mmuda.pairing.similarity import (
    approximate_similarity,
    best_partners,
    one_hot,
    semantic_similarity,
)

__all__ = [
    'ImageSet',
    'Mapping',
    'approximate_similarity',
    'best_partners',
    'one_hot',
    'semantic_similarity',
]
