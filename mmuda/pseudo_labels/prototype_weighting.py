"""Probabilities weighted by how near a pixel is to the prototypes (ProDA)."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.pseudo_labels.rectifier import Prediction, Rectifier


class PrototypeWeighting(Rectifier):
    """Denoises soft pseudo labels by distances in feature space.

    Zhang et al. 2021 (ProDA): the prototype eta_k of class k is the mean feature of the
    pixels of the target that are predicted as k. A probability p_k is multiplied by

        omega_k = exp(-||f - eta_k|| / tau) / sum_k' exp(-||f - eta_k'|| / tau)

    before the label is chosen; what is chosen there is the class of the largest
    product, without a threshold (``strategy='fixed_threshold', threshold=0``).

    In ProDA's training p stays what the model said at the beginning, while f and eta
    move with a momentum encoder. Here labels are made before the training: model,
    features and prototypes are of one moment, prototypes are means over all pixels
    (moving averages of a network that stands still tend to them), and it is the next
    round that has others. A prediction counts for the prototypes at the resolution of
    the features, where the released code has it as well; omega is resized to the image.

    Args:
        num_classes: C.
        tap: Submodule of the segmentor whose output is f, such as
            ``'backbone.layer4'``; ProDA reads the features that its classifier reads.
        temperature: tau, above 0; 1 in ProDA, whose features have 256 channels.

    Raises:
        ValueError: If ``tap`` or ``temperature`` is none.
    """

    def __init__(self, num_classes: int, tap: str, temperature: float = 1.0) -> None:
        super().__init__(num_classes)
        if not isinstance(tap, str):
            raise ValueError(f'tap of prototypes must be a submodule, got {tap!r}')
        if not temperature > 0:
            raise ValueError(
                f'temperature of prototypes must be above 0, got {temperature}'
            )
        self.tap, self.taps = tap, (tap,)
        self.temperature = temperature
        self._sums: np.ndarray | float = 0.0
        self._pixels = np.zeros(num_classes)

    def observe(self, prediction: Prediction) -> None:
        """Add the features of each class, where most of a location is valid."""
        features, valid = prediction.features[self.tap], prediction.valid
        size = features.shape[1:]
        share = F.adaptive_avg_pool2d(valid[None].float(), size)[0]
        mean = F.adaptive_avg_pool2d(prediction.probabilities * valid, size)
        of_class = F.one_hot(mean.argmax(0)[share > 0.5], self.num_classes).double()
        sums = of_class.T @ features[:, share > 0.5].T.double()
        self._sums = self._sums + sums.cpu().numpy()
        self._pixels += of_class.sum(0).cpu().numpy()

    def conclude(self) -> np.ndarray:
        """eta_k in row k, (C, D); NaN for a class that is never predicted."""
        with np.errstate(invalid='ignore'):
            return self._sums / self._pixels[:, None]

    def rectify(self, prediction: Prediction) -> Tensor:
        """The product, made to sum up to 1; a class without a prototype has omega 0."""
        probabilities = prediction.probabilities
        omega = F.interpolate(
            self._weights(prediction.features[self.tap])[None],
            probabilities.shape[1:],
            mode='bilinear',
            align_corners=False,
        )[0]
        weighted = omega * probabilities
        total = weighted.sum(0)
        return (weighted / total.clamp(min=1e-30)).where(total > 0, probabilities)

    def _weights(self, features: Tensor) -> Tensor:
        """omega, float32 (C, h, w)."""
        prototypes = torch.from_numpy(self.learned).to(features.device).float()
        pixels = features.float().flatten(1).T
        distances = torch.cdist(pixels, prototypes.nan_to_num())
        distances[:, prototypes.isnan().any(1)] = torch.inf
        omega = (-distances / self.temperature).softmax(1)
        return omega.T.reshape(self.num_classes, *features.shape[1:])
