"""Backbones that MMSeg lacks."""

from mmuda.models.backbones.deeplabv2 import DeepLabV2ResNet

__all__ = ['DeepLabV2ResNet']
