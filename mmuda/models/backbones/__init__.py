"""Backbones that MMSeg lacks."""

from mmuda.models.backbones.deeplabv2 import DeepLabV2ResNet, DeepLabV2VGG16
from mmuda.models.backbones.dilated_vgg16 import DilatedVGG16
from mmuda.models.backbones.fcn8s import FCN8sVGG16
from mmuda.models.backbones.parallel import ParallelBackbones
from mmuda.models.backbones.with_bands import WithBands

__all__ = [
    'DeepLabV2ResNet',
    'DeepLabV2VGG16',
    'DilatedVGG16',
    'FCN8sVGG16',
    'ParallelBackbones',
    'WithBands',
]
