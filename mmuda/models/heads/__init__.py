"""Decode heads that MMSeg lacks."""

from mmuda.models.heads.branched import BranchedHead
from mmuda.models.heads.daformer import DAFormerHead
from mmuda.models.heads.deeplabv2 import DeepLabV2Head
from mmuda.models.heads.deeplabv3plus import DeepLabV3PlusHead
from mmuda.models.heads.fcn8s import FCN8sHead
from mmuda.models.heads.mask2former import SemanticMask2FormerHead

__all__ = [
    'BranchedHead',
    'DAFormerHead',
    'DeepLabV2Head',
    'DeepLabV3PlusHead',
    'FCN8sHead',
    'SemanticMask2FormerHead',
]
