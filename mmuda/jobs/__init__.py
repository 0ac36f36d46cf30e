"""What the commands do: train, pair, translate, compare, select, diagnose, export."""

from mmuda.jobs import pairing, translation
from mmuda.jobs.keep_best import KeepBestHook

__all__ = ['KeepBestHook', 'pairing', 'translation']
