"""What the cameras over demo cities and in demo streets have in common."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Camera:
    """How light turns into numbers, whatever is looked at.

    Args:
        gain: Factor of each band.
        gamma: Exponent of the tone curve, or of that of each band; below 1 lifts the
            dark.
        noise: Standard deviation of the noise, in units of the image's numbers.
        blur_px: Standard deviation of the point spread, in pixels; 0 for none.
    """

    gain: tuple[float, ...]
    gamma: float | tuple[float, ...]
    noise: float
    blur_px: float

    def blurred(self, image: np.ndarray) -> np.ndarray:
        """An image, shape (H, W, bands), through the lens."""
        if not self.blur_px:
            return image
        return cv2.GaussianBlur(image, (0, 0), self.blur_px)

    def noisy(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """An image with the noise of the sensor."""
        grain = rng.standard_normal(image.shape, np.float32)
        return image + np.float32(self.noise) * grain
