"""Blurring images, which MMSeg does to those of medicine alone."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomGaussianBlur(BaseTransform):
    """Blur some images by a Gaussian of a random width.

    As the released code of Chen et al. 2019 (maximum squares) does it, which has it
    from PSPNet. (There it is Pillow's filter, three box filters in place of the
    Gaussian.)

    Required Keys:

    - img

    Modified Keys:

    - img (np.ndarray): Shape (H, W, B) and type stay.

    Args:
        prob: Probability that an image is blurred.
        sigma: Standard deviation of the Gaussian in pixels, drawn uniformly between
            these two.

    Raises:
        ValueError: If ``prob`` is no probability, or ``sigma`` no range.
    """

    def __init__(
        self, prob: float = 0.5, sigma: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must be between 0 and 1, got {prob}')
        if not 0 <= sigma[0] <= sigma[1]:
            raise ValueError(f'sigma must be a range of widths from 0, got {sigma}')
        self.prob = prob
        self.sigma = tuple(sigma)

    @cache_randomness
    def _draw(self) -> float | None:
        """The width for this image; None to leave it as it is."""
        if np.random.rand() >= self.prob:
            return None
        return np.random.uniform(*self.sigma)

    def transform(self, results: dict) -> dict:
        """Blur the image of a sample, or not."""
        width = self._draw()
        if width:
            image = results['img']
            results['img'] = cv2.GaussianBlur(image, (0, 0), width).reshape(image.shape)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob}, sigma={self.sigma})'
