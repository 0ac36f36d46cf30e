"""What a labelled pixel weighs by its class: importance weights of label shift."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmuda.models.domains import DomainBatch


def class_weights_of(
    weights: Sequence[float] | None, num_classes: int
) -> tuple[float, ...] | None:
    """Weights of the classes, checked.

    Raises:
        ValueError: If there is not one for each class, or one is negative.
    """
    if weights is None:
        return None
    if len(weights) != num_classes or min(weights) < 0:
        raise ValueError(
            f'class_weights must be {num_classes} numbers from 0 on, one per class, '
            f'got {list(weights)}'
        )
    return tuple(map(float, weights))


def weights_of_labels(batch: DomainBatch, weights: Sequence[float]) -> Tensor:
    """The weight of the class of each pixel, float (N, 1, H, W).

    Pixels without a label weigh 1: what they show is not known.

    Args:
        batch: A labelled domain.
        weights: Of the classes, (C,).
    """
    labels = torch.stack([sample.gt_sem_seg.data for sample in batch.data_samples])
    table = batch.inputs.new_tensor(weights)
    found = table[labels.clamp(max=len(weights) - 1)]
    return torch.where(labels < len(weights), found, 1.0)
