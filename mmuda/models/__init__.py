"""Models: the phased training step, the adaptor and what it is made of."""

from mmuda.models import (
    backbones,
    discriminators,
    generators,
    heads,
    losses,
    objectives,
    segmentors,
    translators,
)
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.data_preprocessor import (
    DomainDataPreprocessor,
    RasterDataPreprocessor,
)
from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.phased import Phase, PhasedDistributedDataParallel, PhasedModel

__all__ = [
    'DomainAdaptor',
    'DomainBatch',
    'DomainDataPreprocessor',
    'Domains',
    'Phase',
    'PhasedDistributedDataParallel',
    'PhasedModel',
    'RasterDataPreprocessor',
    'backbones',
    'discriminators',
    'generators',
    'heads',
    'losses',
    'objectives',
    'segmentors',
    'translators',
]
