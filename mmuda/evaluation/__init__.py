"""What a model is worth, measured."""

from mmuda.evaluation.accuracy import SegmentationMetric, write_figures

__all__ = ['SegmentationMetric', 'write_figures']
