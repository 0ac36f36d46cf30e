"""Objectives: what adaptation methods want of the networks, one file each."""

from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import FeatureAlignment
from mmuda.models.objectives.supervision import Supervision

__all__ = ['FeatureAlignment', 'Objective', 'Supervision']
