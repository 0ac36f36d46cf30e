"""Hooks into mmengine's loops."""

from mmuda.engine.hooks.domain_moments import DomainMomentsHook
from mmuda.engine.hooks.overlay import OverlayHook
from mmuda.engine.hooks.reproducible import ReproducibleHook
from mmuda.engine.hooks.target_statistics import TargetStatisticsHook

__all__ = [
    'DomainMomentsHook',
    'OverlayHook',
    'ReproducibleHook',
    'TargetStatisticsHook',
]
