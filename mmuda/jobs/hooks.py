"""The hooks that do a job in the middle of a run: imported, they are registered."""

from mmuda.jobs.frozen_segmentor import FrozenSegmentorHook
from mmuda.jobs.keep_best import KeepBestHook
from mmuda.jobs.pairing import UpdateMappingHook
from mmuda.jobs.translation.hook import TranslationHook

__all__ = [
    'FrozenSegmentorHook',
    'KeepBestHook',
    'TranslationHook',
    'UpdateMappingHook',
]
