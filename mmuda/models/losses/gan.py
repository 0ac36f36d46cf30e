"""Losses of generative adversarial training, on maps of scores."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def vanilla(scores: Tensor, truth: float) -> Tensor:
    """Binary cross-entropy (Goodfellow et al. 2014), mean over the map.

    Args:
        scores: What a discriminator says before the sigmoid, any shape.
        truth: The answer that it is to give everywhere, 0 or 1.
    """
    answers = torch.full_like(scores, truth)
    return F.binary_cross_entropy_with_logits(scores, answers)


def least_squares(scores: Tensor, truth: float) -> Tensor:
    """Mean squared distance from the answer (LSGAN, Mao et al. 2017).

    Args:
        scores: What a discriminator says, any shape.
        truth: The answer that it is to give everywhere, 0 or 1.
    """
    return (scores - truth).square().mean()


GAN_LOSSES: dict[str, Callable[[Tensor, float], Tensor]] = {
    'vanilla': vanilla,
    'least_squares': least_squares,
}
