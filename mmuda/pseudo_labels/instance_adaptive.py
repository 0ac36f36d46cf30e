"""Thresholds that move from image to image (IAST)."""

import numpy as np

from mmuda.pseudo_labels.strategy import IGNORED, Kept, Strategy


class InstanceAdaptive(Strategy):
    """The instance-adaptive selector of Mei et al. 2020.

    From image to image, for each class that is predicted in it:
    t_c <- beta t_c + (1 - beta) quantile(conf_c, 1 - alpha t_c^gamma), conf_c being the
    confidences in this image; a pixel is chosen if it reaches the new t_c. Settings are
    those of the released code. (There a class that an image lacks moves towards 1; here
    it stays.)

    Args:
        num_classes: C.
        alpha: Portion that a class of threshold 1 keeps in an image, in [0, 1].
        beta: Weight of the images before, in [0, 1].
        gamma: How much unsure classes are held back, at least 0.
        start: Threshold at the first image, in [0, 1].

    Raises:
        ValueError: If one of them is outside its range.
    """

    def __init__(
        self,
        num_classes: int,
        alpha: float = 0.2,
        beta: float = 0.9,
        gamma: float = 8.0,
        start: float = 0.9,
    ) -> None:
        super().__init__(num_classes)
        for name, value in dict(alpha=alpha, beta=beta, start=start).items():
            if not 0 <= value <= 1:  # nor is nan
                raise ValueError(f'{name} must be in [0, 1], got {value}')
        if not gamma >= 0:
            raise ValueError(f'gamma must be at least 0, got {gamma}')
        self.alpha, self.beta, self.gamma = alpha, beta, gamma
        self._current = np.full(num_classes, float(start))

    def choose(self, kept: Kept) -> np.ndarray:
        """Move the thresholds by an image, and choose its labels by them."""
        labels = kept['classes'].copy()
        confidence = 1 - kept['doubt'].astype(np.float64)
        for number in range(self.num_classes):
            mine = kept['classes'] == number
            if mine.any():
                self._move(number, confidence[mine])
                labels[mine & (confidence < self._current[number])] = IGNORED
        return labels

    def _move(self, number: int, confidence: np.ndarray) -> None:
        before = self._current[number]
        at = min(max(1 - self.alpha * before**self.gamma, 0.0), 1.0)
        found = np.quantile(confidence, at)
        # As in the released code: 1 would let nothing pass.
        self._current[number] = min(self.beta * before + (1 - self.beta) * found, 0.999)

    def thresholds(self) -> dict[str, list[float | None]]:
        """The confidences that they have come to."""
        return dict(confidence=self._current.tolist())
