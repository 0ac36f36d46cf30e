"""Hooks into mmengine's loops."""

from mmuda.engine.hooks.overlay import OverlayHook
from mmuda.engine.hooks.repairing import RepairingHook
from mmuda.engine.hooks.reproducible import ReproducibleHook
from mmuda.engine.hooks.target_statistics import TargetStatisticsHook

__all__ = ['OverlayHook', 'RepairingHook', 'ReproducibleHook', 'TargetStatisticsHook']
