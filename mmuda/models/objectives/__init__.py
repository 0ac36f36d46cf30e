"""Objectives: what adaptation methods want of the networks, one file each."""

from mmuda.models.objectives.base import Objective, PhaseObjective
from mmuda.models.objectives.category_weighted import CategoryWeighted
from mmuda.models.objectives.class_mix import ClassMix
from mmuda.models.objectives.class_ratio_prior import ClassRatioPrior
from mmuda.models.objectives.constrained_size import ConstrainedSize
from mmuda.models.objectives.entropy_minimization import EntropyMinimization
from mmuda.models.objectives.feature_alignment import FeatureAlignment
from mmuda.models.objectives.feature_distance import FeatureDistance
from mmuda.models.objectives.gated_alignment import GatedAlignment
from mmuda.models.objectives.label_distribution import LabelDistribution
from mmuda.models.objectives.masked_consistency import MaskedConsistency
from mmuda.models.objectives.maximum_squares import MaximumSquares
from mmuda.models.objectives.mean_teacher import MeanTeacher
from mmuda.models.objectives.mmd_alignment import MMDAlignment
from mmuda.models.objectives.nuclear_norm import NuclearNormMaximization
from mmuda.models.objectives.output_alignment import OutputAlignment
from mmuda.models.objectives.pseudo_label_supervision import PseudoLabelSupervision
from mmuda.models.objectives.reconstruction_alignment import ReconstructionAlignment
from mmuda.models.objectives.self_produced_guidance import SelfProducedGuidance
from mmuda.models.objectives.size_constraint import SizeConstraint
from mmuda.models.objectives.style_alignment import StyleAlignment
from mmuda.models.objectives.style_gap_bridging import StyleGapBridging
from mmuda.models.objectives.supervision import Supervision

__all__ = [
    'CategoryWeighted',
    'ClassMix',
    'ClassRatioPrior',
    'ConstrainedSize',
    'EntropyMinimization',
    'FeatureAlignment',
    'FeatureDistance',
    'GatedAlignment',
    'LabelDistribution',
    'MMDAlignment',
    'MaskedConsistency',
    'MaximumSquares',
    'MeanTeacher',
    'NuclearNormMaximization',
    'Objective',
    'OutputAlignment',
    'PhaseObjective',
    'PseudoLabelSupervision',
    'ReconstructionAlignment',
    'SelfProducedGuidance',
    'SizeConstraint',
    'StyleAlignment',
    'StyleGapBridging',
    'Supervision',
]
