"""Other light, other optics, another sensor: images of any bands, altered."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomPhotometry(BaseTransform):
    """Alter gamma, contrast, brightness and sharpness of an image, and add noise.

    All of it together, strongly and of the source alone, is what helps a model that
    has to see another domain (Schwonberg et al. 2023, "Augmentation-based Domain
    Generalization for Semantic Segmentation"). A value is brought to x in [0, 1]; then,
    with numbers u of each band in [-1, 1],

        x <- x^exp(gamma u1),
        x <- m + (x - m) exp(contrast u2) + brightness u3, m the mean of the band,

    then blurred by a Gaussian of the width sigma and given normal noise. Each of the
    three happens with its own probability. A number u is (1 - jitter) of one that all
    bands share and ``jitter`` of the band's own: colours change with that share.

    Random numbers are NumPy's global ones, which training seeds by the place of the
    sample in the stream, so that a run that is resumed sees the same images.

    Required Keys:

    - img: Any number of bands, (H, W, B), integers or floats.
    - invalid (optional): Where the image is invalid, (H, W); such pixels count
      nowhere and hold the mean of the valid ones afterwards, as ``LoadRaster`` has it.

    Modified Keys:

    - img: Of the same shape and type; integers are rounded and stay in their range.

    Args:
        gamma: Largest logarithm of the exponent, of either sign.
        contrast: Largest logarithm of the factor.
        brightness: Largest shift, as a share of the range of values.
        jitter: The bands' own share of these, in [0, 1].
        sigma: Smallest and largest width of the blur in pixels.
        noise: Largest standard deviation of the noise, as a share of the range.
        prob: Probabilities of the change of values, of the blur and of the noise.
        value_range: The values that 0 and 1 stand for. By default 0 and 255 for uint8,
            for other types the least and the greatest valid value of each band.

    Raises:
        ValueError: If a strength is negative, or ``jitter`` or a probability is not in
            [0, 1].
    """

    def __init__(
        self,
        gamma: float = 0.5,
        contrast: float = 0.5,
        brightness: float = 0.2,
        jitter: float = 0.5,
        sigma: tuple[float, float] = (0.2, 1.2),
        noise: float = 0.05,
        prob: tuple[float, float, float] = (0.9, 0.5, 0.5),
        value_range: tuple[float, float] | None = None,
    ) -> None:
        strengths = dict(
            gamma=gamma, contrast=contrast, brightness=brightness, noise=noise
        )
        for name, value in strengths.items():
            if value < 0:
                raise ValueError(f'{name} must not be negative, got {value}')
        if not 0 < sigma[0] <= sigma[1]:
            raise ValueError(f'sigma must be two widths, 0 < a <= b, got {sigma}')
        for name, values in (('jitter', [jitter]), ('prob', prob)):
            if not all(0 <= value <= 1 for value in values):
                raise ValueError(f'{name} must be in [0, 1], got {values}')
        self.gamma, self.contrast, self.brightness = gamma, contrast, brightness
        self.jitter, self.sigma, self.noise, self.prob = jitter, sigma, noise, prob
        self.value_range = value_range

    def transform(self, results: dict) -> dict:
        """Alter the image of a sample."""
        image = results['img']
        valid = results.get('invalid', np.zeros(image.shape[:2])) == 0
        if not valid.any():
            return results
        pixels = image.astype(np.float32)
        low, span = self._range(image.dtype, pixels[valid])
        x = np.clip((pixels - low) / span, 0, 1)
        of_values, of_blur, of_noise = np.random.random(3) < self.prob
        if of_values:
            x = self._change_values(x, valid)
        if of_blur:
            x[~valid] = x[valid].mean(axis=0)
            x = self._blur(x)
        if of_noise:
            deviation = np.random.uniform(0, self.noise)
            x = x + np.random.normal(0, deviation, x.shape)
        results['img'] = _like(image, x * span + low, valid)
        return results

    def _range(self, dtype: np.dtype, valid: np.ndarray) -> tuple:
        if self.value_range is not None:
            low, high = np.array(self.value_range, np.float32)
        elif dtype == np.uint8:
            low, high = np.float32(0), np.float32(255)
        else:
            low, high = valid.min(axis=0), valid.max(axis=0)
        return low, np.maximum(high - low, np.finfo(np.float32).tiny)

    def _change_values(self, x: np.ndarray, valid: np.ndarray) -> np.ndarray:
        bands = x.shape[-1]
        x = x ** np.exp(self.gamma * self._draw(bands))
        mean = x[valid].mean(axis=0)
        factor = np.exp(self.contrast * self._draw(bands))
        return mean + (x - mean) * factor + self.brightness * self._draw(bands)

    def _draw(self, bands: int) -> np.ndarray:
        """One number of each band in [-1, 1], (B,)."""
        shared, own = np.random.uniform(-1, 1), np.random.uniform(-1, 1, bands)
        return ((1 - self.jitter) * shared + self.jitter * own).astype(np.float32)

    def _blur(self, x: np.ndarray) -> np.ndarray:
        sigma = np.random.uniform(*self.sigma)
        # OpenCV drops the axis of a single band.
        return cv2.GaussianBlur(x, (0, 0), sigma).reshape(x.shape)

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(gamma={self.gamma}, contrast={self.contrast}, '
            f'brightness={self.brightness}, jitter={self.jitter}, sigma={self.sigma}, '
            f'noise={self.noise}, prob={self.prob}, value_range={self.value_range})'
        )


def _like(image: np.ndarray, values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """``values`` in the type of ``image``, the mean of the valid ones elsewhere."""
    if np.issubdtype(image.dtype, np.integer):
        limits = np.iinfo(image.dtype)
        values = np.clip(np.round(values), limits.min, limits.max)
    if not valid.all():
        values[~valid] = values[valid].mean(axis=0)
    return np.ascontiguousarray(values.astype(image.dtype))
