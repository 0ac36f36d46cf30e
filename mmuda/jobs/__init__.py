"""What the commands do: train, translate, predict, adapt, compare and the like."""

from mmuda.jobs import pairing, translation
from mmuda.jobs.keep_best import KeepBestHook

__all__ = ['KeepBestHook', 'pairing', 'translation']
