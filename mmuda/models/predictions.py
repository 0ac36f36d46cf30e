"""What a classifier predicts, at the resolution of its images."""

import math

import torch.nn.functional as F  # noqa: N812
from mmseg.models.utils import resize
from torch import Tensor

from mmuda.models.domains import Domains

LOGITS_TAP = 'decode_head.conv_seg'


def image_logits(
    domains: Domains, name: str, tap: str, as_of: str | None = None
) -> Tensor:
    """Class scores at every pixel of a domain's images.

    Args:
        domains: The mini-batch.
        name: The domain.
        tap: A classifier of the segmentor, ``'decode_head.conv_seg'`` in most.
        as_of: See :meth:`Domains.outputs`.

    Returns:
        Logits (N, C, H, W), resized as the segmentor does it.
    """
    logits = domains.outputs(name, [tap], as_of=as_of)[tap]
    return resize(
        logits,
        size=domains[name].inputs.shape[2:],
        mode='bilinear',
        align_corners=domains.segmentor.align_corners,
    )


def probabilities(logits: Tensor) -> Tensor:
    """Softmax over the classes of (N, C, H, W)."""
    return logits.softmax(1)


def self_information(logits: Tensor) -> Tensor:
    """Weighted self-information I = -P log P of each class (ADVENT, Eq. 4).

    Divided by log C, so that it sums up to the normalised entropy of a pixel, in
    [0, 1].

    Args:
        logits: Scores before the softmax, (N, C, H, W).
    """
    log_p = F.log_softmax(logits, 1)
    return -log_p.exp() * log_p / math.log(logits.shape[1])
