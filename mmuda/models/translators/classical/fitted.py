"""What the classical translators have in common: statistics of whole domains."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from mmengine.model import BaseModel
from torch import Tensor

from mmuda.models.domains import DomainBatch


class FittedTranslator(BaseModel):
    """A translator that is a function of statistics of two domains.

    ``FitLoop`` shows it every unlabelled training image of both domains once. What
    it counts are buffers, so that a checkpoint holds them and a fit that was
    interrupted goes on. Pixels without valid image are never counted.

    Args:
        bands: Number of bands of both domains.
        domains: Names of the domains.
        data_preprocessor: By default a ``DomainDataPreprocessor`` that leaves images
            as they are.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Attributes:
        halo: Pixels around a pixel that its translation depends on.
        stride: A tile of a scene must begin at multiples of it.
    """

    halo: int = 0
    stride: int = 1
    fitted = True  # there is nothing to optimize and there are no labels to check

    def __init__(
        self,
        bands: int = 3,
        domains: Sequence[str] = ('source', 'target'),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        if data_preprocessor is None:
            data_preprocessor = dict(type='DomainDataPreprocessor', size_divisor=1)
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.bands = bands
        self.domains = tuple(domains)

    @abstractmethod
    def count(self, images: Tensor, valid: Tensor, domain: str) -> None:
        """Take images of one domain into its statistics.

        Args:
            images: In image units, float, shape (N, bands, H, W).
            valid: Which pixels hold a valid image, bool, shape (N, H, W).
            domain: One of ``domains``.
        """

    @abstractmethod
    def is_fitted(self, domain: str) -> bool:
        """Whether any valid pixel of a domain was counted."""

    @abstractmethod
    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """The translation itself, on images that were checked."""

    def observe(self, images: Tensor, domain: str, valid: Tensor | None = None) -> None:
        """Take images of one domain into its statistics, checked.

        Args:
            images: In image units, shape (N, bands, H, W).
            domain: One of ``domains``.
            valid: Mask of valid pixels, bool, (N, 1, H, W); None if all are.

        Raises:
            ValueError: If the domain or the number of bands is another.
        """
        self._check(images, domain)
        if valid is None:
            valid = images.new_ones((len(images), 1, *images.shape[2:])).bool()
        self.count(images.float(), valid[:, 0], domain)

    @torch.no_grad()
    def translate(
        self,
        images: Tensor,
        source: str = 'source',
        target: str = 'target',
        valid: Tensor | None = None,
    ) -> Tensor:
        """Images of ``source`` in the style of ``target``, in image units.

        Args:
            images: Float, shape (N, bands, H, W).
            source: Domain that the images are of.
            target: Domain that they are to look like.
            valid: Taken for the interface's sake: statistics are those of the
                domains, so that a pixel without image touches no other.

        Raises:
            ValueError: If a domain is unknown or was never counted, or the number of
                bands is another.
        """
        del valid
        for domain in (source, target):
            self._check(images, domain)
            if not self.is_fitted(domain):
                raise ValueError(
                    f'{type(self).__name__} was not fitted to the domain {domain!r}: '
                    'run tools/train.py with its config, or load the checkpoint'
                )
        return self.stylise(images.float(), source, target)

    def _check(self, images: Tensor, domain: str) -> None:
        if domain not in self.domains:
            raise ValueError(
                f'{type(self).__name__} knows the domains {", ".join(self.domains)}, '
                f'got {domain!r}'
            )
        if images.shape[1] != self.bands:
            raise ValueError(
                f'{type(self).__name__} has bands={self.bands}, got images of '
                f'{images.shape[1]} bands'
            )

    def train_step(self, data: dict, optim_wrapper: object = None) -> dict:
        """Count one mini-batch, as ``FitLoop`` loads it."""
        del optim_wrapper
        for domain, batch in self.data_preprocessor(data, True).items():
            self.observe(batch.inputs, domain, batch.valid)
        return {}

    def panels(self, batch: dict[str, DomainBatch]) -> dict[str, Tensor]:
        """Pictures of a training batch, as :meth:`Translator.panels` gives them."""
        panels = {}
        for source, target in (self.domains, self.domains[::-1]):
            real = batch[source].inputs
            there = self.translate(real, source, target)
            panels[source] = real
            panels[f'{source}.translated'] = there
            panels[f'{source}.reconstructed'] = self.translate(there, target, source)
        return panels

    def forward(
        self, inputs: Tensor, data_samples: list | None = None, mode: str = 'tensor'
    ) -> Tensor:
        """The translation from the first domain to the last."""
        del data_samples, mode
        return self.translate(inputs, self.domains[0], self.domains[-1])
