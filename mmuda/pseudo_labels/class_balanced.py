"""The same portion of every class (CBST)."""

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.pseudo_labels.quantile import QuantileStrategy
from mmuda.pseudo_labels.strategy import IGNORED, Kept, most_probable


class ClassBalanced(QuantileStrategy):
    """Class-balanced self-training, Zou et al. 2018.

    exp(-k_c), the threshold of class c, is the confidence up to which the surest
    ``portion`` of the pixels predicted as c reaches (Algorithm 2). The label is then
    the class of largest p(c) / exp(-k_c), if that is at least 1: rarely a class
    that is not the most probable one. With a spatial prior (CBST-SP)
    probabilities are multiplied by how frequent a class is at that place of a source
    image; here they are made to sum up to 1 again.

    Args:
        num_classes: C.
        portion: Of each class, in (0, 1].
        prior: Frequency of the classes at each place, (C, h, w) with a mean of 1 over
            the places, of any resolution; None for no spatial prior.

    Raises:
        ValueError: If ``portion`` is outside (0, 1].
    """

    def __init__(
        self,
        num_classes: int,
        portion: float = 0.2,
        prior: np.ndarray | None = None,
    ) -> None:
        super().__init__(num_classes)
        if not 0 < portion <= 1:
            raise ValueError(f'portion must be in (0, 1], got {portion}')
        self.portion = portion
        self.prior = None if prior is None else torch.from_numpy(prior).float()

    def keep(self, pixels: np.ndarray) -> np.ndarray:
        """The portion of each class."""
        return np.floor(pixels * self.portion).astype(np.int64)

    def reduce(self, probabilities: Tensor, valid: Tensor) -> Kept:
        """The most probable class, and all others that might be the label.

        A threshold is the confidence of a most probable class and therefore at least
        1 / C. What is less probable than that is never a label.
        """
        if self.prior is not None:
            probabilities = self._with_prior(probabilities)
        kept = most_probable(probabilities, valid)
        doubt = (1 - probabilities).abs().half()
        highest = torch.tensor(1 - 1 / self.num_classes).half()
        classes, places = torch.where((doubt <= highest).flatten(1) & valid.flatten())
        kept['other_places'] = places.to(torch.int32).cpu().numpy()
        kept['other_classes'] = classes.to(torch.uint8).cpu().numpy()
        kept['other_doubts'] = doubt.flatten(1)[classes, places].cpu().numpy()
        return kept

    def _with_prior(self, probabilities: Tensor) -> Tensor:
        size = probabilities.shape[1:]
        prior = F.interpolate(
            self.prior[None].to(probabilities), size, mode='bilinear'
        )[0]
        weighted = probabilities * prior
        total = weighted.sum(0)
        return torch.where(total > 0, weighted / total.clamp(min=1e-12), probabilities)

    def choose(self, kept: Kept) -> np.ndarray:
        """Labels by the ratio of probability and threshold."""
        confidence = 1 - kept['other_doubts'].astype(np.float64)
        ratio = confidence / (1 - self.limits())[kept['other_classes']]
        chosen = np.flatnonzero(ratio >= 1)
        # Of several for one pixel the last is assigned: that of the largest ratio.
        chosen = chosen[np.argsort(ratio[chosen], kind='stable')]
        labels = np.full(math.prod(kept['classes'].shape), IGNORED, np.uint8)
        labels[kept['other_places'][chosen]] = kept['other_classes'][chosen]
        return labels.reshape(kept['classes'].shape)
