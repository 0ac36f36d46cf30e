"""A trained segmentor that judges the images of a translator, and never learns."""

from torch import Tensor, nn


class FrozenSegmentor:
    """What a segmentor, as it is tested, says of images that are being translated.

    It belongs to no model: whoever asks it has neither its parameters nor its weights
    in a checkpoint. Gradients pass through it to the images.

    Args:
        model: An MMSeg segmentor or a ``DomainAdaptor``, with a preprocessor of mmuda.

    Raises:
        ValueError: If its preprocessor can not normalise images that were made.
    """

    def __init__(self, model: nn.Module) -> None:
        preprocessor = model.data_preprocessor
        if not hasattr(preprocessor, 'normalise'):
            raise ValueError(
                f'the data_preprocessor of the frozen segmentor is a '
                f'{type(preprocessor).__name__}, expected a RasterDataPreprocessor or '
                'a DomainDataPreprocessor'
            )
        self.model = model.eval().requires_grad_(False)

    def scores(self, images: Tensor, domain: str) -> Tensor:
        """Scores of the classes, before they are resized to the image.

        Args:
            images: In the units of the domain's files, (N, bands, H, W).
            domain: The domain that they are of, or pass for.

        Returns:
            Logits, (N, classes, h, w).
        """
        inputs = self.model.data_preprocessor.normalise(images, domain)
        return self.model(inputs, mode='tensor')
