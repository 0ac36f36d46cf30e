"""Superpixels that are labelled as a whole, where a classifier is sure (curriculum)."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.pseudo_labels.linear_svm import scores
from mmuda.pseudo_labels.strategy import IGNORED, Kept, LoadImage, Strategy
from mmuda.pseudo_labels.superpixels import described, slic, superpixels


class LandmarkSuperpixels(Strategy):
    """The superpixels of an image whose class is surest: landmarks.

    Zhang et al. 2017 (curriculum domain adaptation): a linear support vector machine
    classifies the superpixels of target images; it learnt from those of the source,
    whose class is the most frequent of their labels. It sees the mean prediction of a
    superpixel and of those around it. The ``share`` of largest scores in an image is
    labelled.

    Args:
        num_classes: C.
        superpixels: About how many per image.
        share: Of the superpixels of an image, in (0, 1].
        cost: Of the classifier, see :func:`~mmuda.pseudo_labels.linear_svm`.
        classifier: Its weights, (C, 5 C + 1), learnt from the source.

    Raises:
        ImportError: Without scikit-image.
        ValueError: If a number is out of range.
    """

    learns_from_source = True

    def __init__(
        self,
        num_classes: int,
        superpixels: int = 100,
        share: float = 0.6,
        cost: float = 1.0,
        classifier: np.ndarray | None = None,
    ) -> None:
        super().__init__(num_classes)
        if not 0 < share <= 1:
            raise ValueError(f'share must be in (0, 1], got {share}')
        if superpixels < 1 or cost <= 0:
            raise ValueError(
                'superpixels must be at least 1 and cost above 0, got '
                f'{superpixels} and {cost}'
            )
        slic()  # before anything is made
        self.number, self.share, self.cost = superpixels, share, cost
        self.classifier = classifier
        self._lowest = np.full(num_classes, np.nan)

    def reduce_with_image(
        self, load: LoadImage, probabilities: Tensor, valid: Tensor
    ) -> Kept:
        """The most probable classes, superpixels, and what is to be seen of them."""
        kept = self.reduce(probabilities, valid)
        ids = self.ids(load(), probabilities.shape[1:])
        features, pixels = described(
            probabilities.cpu().numpy(), ids, valid.cpu().numpy()
        )
        kept['superpixels'] = ids.astype(np.uint16)
        kept['features'], kept['pixels'] = features.astype(np.float32), pixels
        return kept

    def ids(self, image: Tensor, size: tuple[int, int]) -> np.ndarray:
        """Superpixels of an image (B, h, w) at the size (H, W) of its prediction."""
        found = superpixels(image.permute(1, 2, 0).cpu().numpy(), self.number)
        resized = F.interpolate(torch.from_numpy(found)[None, None].double(), size)
        return resized[0, 0].long().numpy()

    def choose(self, kept: Kept) -> np.ndarray:
        """Labels of the surest superpixels, whole but for invalid pixels."""
        found = scores(kept['features'], self.classifier)
        best = np.where(kept['pixels'] > 0, found.max(1), -np.inf)
        there = int((kept['pixels'] > 0).sum())
        chosen = np.argsort(-best, kind='stable')[: int(np.floor(self.share * there))]
        labels = np.full(len(best), IGNORED, np.uint8)
        labels[chosen] = found[chosen].argmax(1)
        for number in chosen:
            at = labels[number]
            self._lowest[at] = np.fmin(self._lowest[at], best[number])
        return np.where(
            kept['classes'] == IGNORED, IGNORED, labels[kept['superpixels']]
        )

    def thresholds(self) -> dict[str, list[float | None]]:
        """The lowest score of a landmark of each class."""
        return dict(score=[None if np.isnan(x) else float(x) for x in self._lowest])
