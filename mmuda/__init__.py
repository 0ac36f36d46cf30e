"""Unsupervised domain adaptation of semantic segmentation on MMSegmentation.

Importing ``mmuda`` prepares the stack (:mod:`mmuda.stack`) and registers every
class of the package in MMSeg's registries, so that configs name them without a
prefix.
"""

from mmuda import stack

stack.prepare()

from mmuda import datasets, engine, evaluation, jobs, models  # noqa: E402
from mmuda.version import __version__  # noqa: E402

__all__ = ['__version__', 'datasets', 'engine', 'evaluation', 'jobs', 'models', 'stack']
