"""Weights of pixels in the losses that a segmentor has anyway."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import Tensor, nn

from mmuda.models.taps import AUXILIARY


class _Weights:
    """Stands where a head has its pixel sampler, which says what each pixel weighs."""

    def __init__(self, weights: Tensor, sampler: object | None) -> None:
        self.weights = weights
        self.sampler = sampler
        self.asked = False

    def sample(self, seg_logit: Tensor, seg_label: Tensor) -> Tensor:
        """The weights, times those of the head's own sampler."""
        self.asked = True
        if self.sampler is None:
            return self.weights
        return self.weights * self.sampler.sample(seg_logit, seg_label)


def weighing_heads(segmentor: nn.Module) -> list[BaseDecodeHead]:
    """The heads of a segmentor that losses come from.

    Raises:
        ValueError: If one is not of pixels, such as Mask2Former's.
    """
    learning = [getattr(segmentor, name, None) for name in ('decode_head', AUXILIARY)]
    heads = []
    for head in filter(None, learning):
        found = [m for m in head.modules() if isinstance(m, BaseDecodeHead)]
        if not found:
            _refuse(head)
        heads += found
    return heads


@contextmanager
def pixel_weights(segmentor: nn.Module, weights: Tensor) -> Iterator[None]:
    """Within it, the segmentor's losses weigh every pixel.

    Each of its heads multiplies the loss of a pixel by its weight before the mean is
    taken; the number of pixels that it divides by stays.

    Args:
        segmentor: Any MMSeg segmentor.
        weights: Of the pixels of the labels, shape (N, H, W), at least 0.

    Raises:
        ValueError: If a head's loss takes no weights.
    """
    heads = weighing_heads(segmentor)
    before = [head.sampler for head in heads]
    given = [_Weights(weights, sampler) for sampler in before]
    for head, own in zip(heads, given, strict=True):
        head.sampler = own
    try:
        yield
    finally:
        for head, sampler in zip(heads, before, strict=True):
            head.sampler = sampler
    for head, own in zip(heads, given, strict=True):
        if not own.asked:
            _refuse(head)


def _refuse(head: nn.Module) -> NoReturn:
    raise ValueError(f'the loss of {type(head).__name__} takes no pixel weights')
