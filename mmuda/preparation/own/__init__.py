"""Data sets from scenes and labels of one's own."""

from mmuda.preparation.own.holdout import HoldOut
from mmuda.preparation.own.prepare import prepare_own
from mmuda.preparation.own.request import Request

__all__ = ['HoldOut', 'Request', 'prepare_own']
