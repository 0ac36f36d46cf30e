"""Unsupervised domain adaptation of semantic segmentation on MMSegmentation.

Importing ``mmuda`` prepares the stack (:mod:`mmuda.stack`) and registers every
class of the package in MMSeg's registries, so that configs name them without a
prefix. Its commands are functions as well: ``from mmuda import train, predict``.
"""

from mmuda.cli import only_asks
from mmuda.version import __version__

# The program answers `--help` before all else is loaded, which takes seconds.
if not only_asks():
    from mmuda import stack

    stack.prepare()

    from mmuda import datasets, engine, evaluation, jobs, models
    from mmuda.api import adapt, compare, export, pair, predict, test, train, translate
    from mmuda.jobs import hooks as _hooks  # noqa: F401

__all__ = [
    '__version__',
    'adapt',
    'compare',
    'datasets',
    'engine',
    'evaluation',
    'export',
    'jobs',
    'models',
    'pair',
    'predict',
    'stack',
    'test',
    'train',
    'translate',
]
