"""What a model is worth, measured, and what can be said of it without labels."""

from mmuda.evaluation.accuracy import SegmentationMetric, write_figures
from mmuda.evaluation.branches import BranchSegmentationMetric

__all__ = ['BranchSegmentationMetric', 'SegmentationMetric', 'write_figures']
