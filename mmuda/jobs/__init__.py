"""What the commands do: train, translate, predict, adapt, compare and the like."""

from mmuda.jobs import pairing, translation
from mmuda.jobs.frozen_segmentor import FrozenSegmentorHook
from mmuda.jobs.keep_best import KeepBestHook

__all__ = ['FrozenSegmentorHook', 'KeepBestHook', 'pairing', 'translation']
