"""Semantic pairing: similarity of images, mappings and how they are made."""

from mmuda.pairing.mapping import ImageSet, Mapping
from mmuda.pairing.maps import ClassMaps, LabelMaps, ProbabilityMaps, create_array
from mmuda.pairing.search import (
    SearchOptions,
    all_similarities,
    most_similar,
    most_similar_of_blocks,
)
from mmuda.pairing.similarity import approximate_similarity, semantic_similarity

__all__ = [
    'ClassMaps',
    'ImageSet',
    'LabelMaps',
    'Mapping',
    'ProbabilityMaps',
    'SearchOptions',
    'all_similarities',
    'approximate_similarity',
    'create_array',
    'most_similar',
    'most_similar_of_blocks',
    'semantic_similarity',
]
