"""The moving average of a model's weights, of all at once."""

import torch
from mmengine.model import MomentumAnnealingEMA
from torch import Tensor, nn


class MovingAverage(MomentumAnnealingEMA):
    """mmengine's ``MomentumAnnealingEMA``, but not one parameter after the other.

    That one asks the device for its counter at every parameter. Of DAFormer's network
    that is a thousand times in an iteration, and each time a GPU has to finish first.

    Args:
        model: What is averaged; the average has its structure.
        momentum: Weight of the newest weights in the end, in (0, 1).
        gamma: With 1 the first 1 / momentum updates weigh the same.
    """

    def __init__(self, model: nn.Module, momentum: float, gamma: int = 1) -> None:
        super().__init__(model, momentum=momentum, gamma=gamma)
        self._followed: tuple | None = None

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Follow a model: take its weights at first, then average; take its buffers."""
        averages, weights, buffered = self._tensors_of(model)
        steps = int(self.steps)
        share = max(self.momentum, self.gamma / (self.gamma + steps)) if steps else 1.0
        torch._foreach_lerp_(averages, weights, share)
        for own, theirs in buffered:
            for name, buffer in theirs.named_buffers(recurse=False):
                own._buffers[name].copy_(buffer)
        self.steps += 1

    def _tensors_of(
        self, model: nn.Module
    ) -> tuple[list[Tensor], list[Tensor], list[tuple[nn.Module, nn.Module]]]:
        """Averages, what they follow, and pairs of modules that have buffers.

        Looked up once: a walk over both models takes longer than the average itself.
        """
        if self._followed is None or self._followed[0] is not model:
            pairs = zip(self.module.modules(), model.modules(), strict=True)
            buffered = [(own, theirs) for own, theirs in pairs if theirs._buffers]
            tensors = list(self.module.parameters()), list(model.parameters())
            self._followed = model, (*tensors, buffered)
        return self._followed[1]
