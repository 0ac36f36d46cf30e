"""Hooks into mmengine's loops."""

from mmuda.engine.hooks.overlay import OverlayHook
from mmuda.engine.hooks.reproducible import ReproducibleHook

__all__ = ['OverlayHook', 'ReproducibleHook']
