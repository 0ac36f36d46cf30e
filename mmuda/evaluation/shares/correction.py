"""Predictions corrected for other class shares."""

from dataclasses import dataclass

import numpy as np

from mmuda.evaluation.shares.calibration import Calibration

STRENGTH = 0.5  # the square root of the ratios: half of what was estimated


@dataclass(frozen=True)
class PriorCorrection:
    """Calibrated scores plus lambda (log p_target - log p_source).

    With lambda 1 it is Bayes' rule (Saerens et al. 2002, Eq. 2.4).

    Args:
        calibration: Of the model.
        ratios: Shares of the target over those of the source, (C,).
        strength: Lambda, in [0, 1]: 0 leaves the calibrated scores as they are.

    Raises:
        ValueError: If ``strength`` is not in [0, 1] or a ratio is not positive.
    """

    calibration: Calibration
    ratios: np.ndarray
    strength: float = STRENGTH

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError(f'strength must be in [0, 1], got {self.strength}')
        if not (np.asarray(self.ratios) > 0).all():
            raise ValueError(
                f'ratios of class shares must be positive, got {list(self.ratios)}'
            )

    @property
    def shift(self) -> np.ndarray:
        """What is added to the scores divided by the temperature, (C,)."""
        return self.calibration.bias + self.strength * np.log(self.ratios)

    def logits(self, logits: np.ndarray) -> np.ndarray:
        """Corrected scores (..., C)."""
        return logits / self.calibration.temperature + self.shift
