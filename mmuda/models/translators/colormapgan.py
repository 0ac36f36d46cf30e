"""ColorMapGAN: each colour of the source has a colour of its own in the target."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.spatial_norm import ROUTES, patch_moments
from mmuda.models.losses import LeastSquaresGANLoss
from mmuda.models.phased import Losses
from mmuda.models.translators.base import Translator
from mmuda.models.validity import fill_invalid

BANDS = 3
HIGHEST = 255
MIDDLE = 127.5


class ColourMap(nn.Module):
    """out = W[colour] x + b[colour], a scale and a shift by band for each colour.

    It begins as the identity: W = 1, b = 0.

    Args:
        levels: Values of a band that are told apart: 256 for every colour of 8 bits,
            100.7 million numbers; fewer lump neighbouring colours together.
    """

    def __init__(self, levels: int = 256) -> None:
        super().__init__()
        self.levels = levels
        self.scale = nn.Parameter(torch.ones(levels**BANDS, BANDS))
        self.shift = nn.Parameter(torch.zeros(levels**BANDS, BANDS))

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 3, H, W) in [-1, 1]; the result may lie beyond."""
        at = self._colour(images)
        scale, shift = (
            F.embedding(at, table).permute(0, 3, 1, 2)
            for table in (self.scale, self.shift)
        )
        return scale * images + shift

    def _colour(self, images: Tensor) -> Tensor:
        """Number of each pixel's colour, shape (N, H, W)."""
        values = (images.detach() * MIDDLE + MIDDLE).round().clamp(0, HIGHEST).long()
        first, second, third = (values * self.levels // (HIGHEST + 1)).unbind(1)
        return (first * self.levels + second) * self.levels + third


@MODELS.register_module()
class ColorMapGAN(Translator):
    """A colour table against a discriminator; no pixel looks at its neighbours.

    Tasar et al. 2019 (arXiv 1907.12859): the generator is one element-wise product and
    one sum, with LSGAN losses. Neither its discriminator nor its schedule were to be
    found; the discriminator is that of the same authors' SemI2I, CycleGAN's.

    It translates from source to target alone, and only images of three bands of 8
    bits: a table of four bands would have 256^4 rows, one of 16 bits 65536^3.

    Args:
        bands: Of the images, 3.
        levels: See :class:`ColourMap`.
        discriminator: Config of the discriminator, by default the 70 x 70 PatchGAN.
        data_preprocessor: See :class:`Translator`; mean and std must be 127.5, those
            that map 8 bits to [-1, 1].
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: For images of other bands or depth.
    """

    routes = ROUTES[:1]
    halo = 0
    stride = 1

    def __init__(
        self,
        bands: int = BANDS,
        levels: int = HIGHEST + 1,
        discriminator: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        if bands != BANDS:
            raise ValueError(
                f'ColorMapGAN got {bands} bands, expected {BANDS}: its table has a row '
                f'for each colour, 256^{bands} of them'
            )
        super().__init__(
            phases=[
                dict(name='generator', updates=['generator']),
                dict(name='critic', updates=['discriminator']),
            ],
            data_preprocessor=data_preprocessor,
            init_cfg=init_cfg,
        )
        self._refuse_other_depths()
        discriminator = discriminator or dict(type='PatchGANDiscriminator')
        self.generator = ColourMap(levels)
        self.discriminator = MODELS.build(dict(in_channels=bands, **discriminator))
        self.gan_loss = LeastSquaresGANLoss()

    def _refuse_other_depths(self) -> None:
        for domain in ('source', 'target'):
            for number in self.data_preprocessor.normalisation(domain):
                if not bool((torch.as_tensor(number) == MIDDLE).all()):
                    found = torch.as_tensor(number).flatten().tolist()
                    raise ValueError(
                        f'ColorMapGAN got mean or std {found} for the {domain}, '
                        f'expected {MIDDLE}, which maps 8 bits to [-1, 1]: its table '
                        'has a row for each colour of 8 bits'
                    )

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """Look up and apply each pixel's scale and shift."""
        return self.generator(images)

    def translate(
        self,
        images: Tensor,
        source: str = 'source',
        target: str = 'target',
        valid: Tensor | None = None,
    ) -> Tensor:
        """See :meth:`Translator.translate`.

        Raises:
            ValueError: Also for values beyond 8 bits.
        """
        seen = fill_invalid(images, valid)
        if seen.numel() and not 0 <= float(seen.min()) <= float(seen.max()) <= HIGHEST:
            raise ValueError(
                f'ColorMapGAN got values from {float(seen.min()):g} to '
                f'{float(seen.max()):g}, expected 8 bits: 0 to {HIGHEST}'
            )
        return super().translate(images, source, target, valid)

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Translated source images are called real."""
        real, valid = batch['source'].inputs, batch['source'].valid
        fake = fill_invalid(self.generator(real), valid)
        self.state['fake'] = fake.detach()
        with patch_moments(valid):
            scores = self.discriminator(fake)
        return {'loss_adversarial': self.gan_loss(scores, True, valid) / 2}

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """Target images are real, translated source images are not."""
        loss = 0
        for images, domain, is_real in (
            (batch['target'].inputs, 'target', True),
            (self.state['fake'], 'source', False),
        ):
            with patch_moments(batch[domain].valid):
                scores = self.discriminator(images)
            loss += self.gan_loss(scores, is_real, batch[domain].valid) / 2
        return {'loss_discriminator': loss}
