"""Decode heads that MMSeg lacks."""

from mmuda.models.heads.deeplabv3plus import DeepLabV3PlusHead

__all__ = ['DeepLabV3PlusHead']
