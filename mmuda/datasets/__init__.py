"""Datasets, the domains they form, and how their images are loaded."""

from mmuda.datasets import samplers
from mmuda.datasets.domain import DomainConcatDataset

__all__ = ['DomainConcatDataset', 'samplers']
