"""Samplers: who meets whom in a mini-batch."""

from mmuda.datasets.samplers.domain_sampler import DomainSampler
from mmuda.datasets.samplers.multi_source import MultiSourceSampler
from mmuda.datasets.samplers.paired import PairedSampler
from mmuda.datasets.samplers.source import SourceSampler

__all__ = ['DomainSampler', 'MultiSourceSampler', 'PairedSampler', 'SourceSampler']
