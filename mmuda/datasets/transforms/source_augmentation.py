"""Photometric augmentation of the source by one number."""

from mmseg.registry import TRANSFORMS

from mmuda.datasets.transforms.photometry import RandomPhotometry


@TRANSFORMS.register_module()
class SourceAugmentation(RandomPhotometry):
    """:class:`RandomPhotometry` of a strength, to be chosen as one number.

    Gamma, contrast, brightness, blur and noise together. Mean and deviation of each
    band change by brightness and contrast, to the share ``jitter`` of each band by
    itself.

    Args:
        strength: Factor of gamma, contrast, brightness, sigma and noise; above 0.
        **settings: Those of :class:`RandomPhotometry` at strength 1.

    Raises:
        ValueError: If ``strength`` is not positive.
    """

    def __init__(self, strength: float = 1.0, **settings: object) -> None:
        if strength <= 0:
            raise ValueError(f'strength must be positive, got {strength}')
        super().__init__(**settings)
        self.gamma *= strength
        self.contrast *= strength
        self.brightness *= strength
        self.noise *= strength
        self.sigma = tuple(strength * width for width in self.sigma)
