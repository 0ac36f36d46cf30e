"""Loops that mmengine lacks."""

from mmuda.engine.loops.fit import FitLoop

__all__ = ['FitLoop']
