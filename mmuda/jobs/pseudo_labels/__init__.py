"""Pseudo labels of the target: made by a model, as files."""

from mmuda.jobs.pseudo_labels.job import FOLDER, LABELS, LabellingJob
from mmuda.jobs.pseudo_labels.make import make_pseudo_labels

__all__ = [
    'FOLDER',
    'LABELS',
    'LabellingJob',
    'make_pseudo_labels',
]
