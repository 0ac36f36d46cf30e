"""Hooks into mmengine's loops."""

from mmuda.engine.hooks.alpha import AlphaHook
from mmuda.engine.hooks.dataset_mean import DatasetMeanHook
from mmuda.engine.hooks.domain_moments import DomainMomentsHook
from mmuda.engine.hooks.finite_loss import FiniteLossHook
from mmuda.engine.hooks.image_format import ImageFormatHook
from mmuda.engine.hooks.mixed_precision import MixedPrecisionHook
from mmuda.engine.hooks.overlay import OverlayHook
from mmuda.engine.hooks.prior import PriorHook
from mmuda.engine.hooks.reproducible import ReproducibleHook
from mmuda.engine.hooks.same_buffers import SameBuffersHook
from mmuda.engine.hooks.strict_load import StrictLoadHook
from mmuda.engine.hooks.translation_grid import (
    ReconstructionGridHook,
    TranslationGridHook,
)
from mmuda.engine.hooks.weight_average import WeightAverageHook

__all__ = [
    'AlphaHook',
    'DatasetMeanHook',
    'DomainMomentsHook',
    'FiniteLossHook',
    'ImageFormatHook',
    'MixedPrecisionHook',
    'OverlayHook',
    'PriorHook',
    'ReconstructionGridHook',
    'ReproducibleHook',
    'SameBuffersHook',
    'StrictLoadHook',
    'TranslationGridHook',
    'WeightAverageHook',
]
