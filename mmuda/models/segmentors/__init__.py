"""Segmentors that MMSeg lacks."""

from mmuda.models.segmentors.branched import BranchedEncoderDecoder

__all__ = ['BranchedEncoderDecoder']
