"""Hooks into mmengine's loops."""

from mmuda.engine.hooks.dataset_mean import DatasetMeanHook
from mmuda.engine.hooks.overlay import OverlayHook
from mmuda.engine.hooks.reproducible import ReproducibleHook
from mmuda.engine.hooks.target_statistics import TargetStatisticsHook

__all__ = [
    'DatasetMeanHook',
    'OverlayHook',
    'ReproducibleHook',
    'TargetStatisticsHook',
]
