"""Bias-corrected temperature scaling: probabilities that mean what they say.

Alexandari, Kundaje and Shrikumar 2020 (Maximum Likelihood with Bias-Corrected
Calibration is Hard-To-Beat at Label Shift Adaptation), Sect. 2.3.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from mmuda.evaluation.tile_samples import softmax

RIDGE = 1e-3  # keeps the bias of a class without a pixel finite


@dataclass(frozen=True)
class Calibration:
    """softmax(z / T + b).

    Args:
        temperature: T, positive.
        bias: b, (C,).
    """

    temperature: float
    bias: np.ndarray

    def logits(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated scores (..., C)."""
        return logits / self.temperature + self.bias

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64 (..., C)."""
        return softmax(self.logits(logits))


def fit_calibration(logits: np.ndarray, labels: np.ndarray) -> Calibration:
    """The temperature and bias of least cross-entropy on held-out pixels.

    Args:
        logits: (n, C), of images that the model was not trained on.
        labels: Class ids (n,).

    Raises:
        ValueError: If there is no pixel.
    """
    if not len(labels):
        raise ValueError('calibration needs labelled pixels of the source, got none')
    logits = logits.astype(np.float64)
    logits = logits - logits.max(1, keepdims=True)
    hot = np.eye(logits.shape[1])[labels]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        slope, bias = np.exp(parameters[0]), parameters[1:]
        scores = slope * logits + bias
        scores -= scores.max(1, keepdims=True)
        log_sum = np.log(np.exp(scores).sum(1))
        value = (log_sum - (hot * scores).sum(1)).mean()
        residual = (np.exp(scores - log_sum[:, None]) - hot) / len(hot)
        by_slope = slope * (residual * logits).sum()
        by_bias = residual.sum(0) + RIDGE * bias
        return value + RIDGE / 2 * bias @ bias, np.r_[by_slope, by_bias]

    start = np.zeros(1 + logits.shape[1])
    limits = [(-5, 5)] + [(None, None)] * logits.shape[1]
    found = minimize(loss, start, jac=True, method='L-BFGS-B', bounds=limits).x
    return Calibration(float(np.exp(-found[0])), found[1:] - found[1:].mean())
