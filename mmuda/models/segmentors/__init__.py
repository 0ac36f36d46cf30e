"""Segmentors that MMSeg lacks."""

from mmuda.models.segmentors.branched import BranchedEncoderDecoder
from mmuda.models.segmentors.multi_resolution import MultiResolutionEncoderDecoder

__all__ = ['BranchedEncoderDecoder', 'MultiResolutionEncoderDecoder']
