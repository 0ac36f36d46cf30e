"""What a model is worth, measured, and what can be said of it without labels."""

from mmuda.evaluation.accuracy import SegmentationMetric, write_figures
from mmuda.evaluation.branches import BranchSegmentationMetric
from mmuda.evaluation.retrieval import Retrieval, cross_domain_retrieval

__all__ = [
    'BranchSegmentationMetric',
    'Retrieval',
    'SegmentationMetric',
    'cross_domain_retrieval',
    'write_figures',
]
