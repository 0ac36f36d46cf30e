"""The accuracy that MMSeg's heads log with their loss, in fewer steps."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmseg.models.decode_heads import decode_head
from torch import Tensor


def pixel_accuracy(logits: Tensor, labels: Tensor, ignore_index: int | None) -> Tensor:
    """Share of the pixels whose largest logit is that of their label, in percent.

    MMSeg's ``accuracy`` says the same, but picks pixels out of the maps twice, and each
    time a GPU has to finish first.

    Args:
        logits: Shape (N, C, H, W).
        labels: Ids of the classes, (N, H, W).
        ignore_index: Label of the pixels that do not count; None if all do.

    Returns:
        Shape (1,); like MMSeg's, 100 if no pixel counts.
    """
    counts = torch.ones_like(labels, dtype=torch.bool)
    if ignore_index is not None:
        counts = labels != ignore_index
    hits = (logits.detach().max(1).indices == labels) & counts
    tiny = torch.finfo(torch.float32).eps
    return ((hits.sum() + tiny) * 100 / (counts.sum() + tiny)).reshape(1)


@contextmanager
def quick_accuracy() -> Iterator[None]:
    """Within it, MMSeg's heads log :func:`pixel_accuracy`."""
    own = decode_head.accuracy
    decode_head.accuracy = pixel_accuracy
    try:
        yield
    finally:
        decode_head.accuracy = own
