"""CycleGAN, as published and as the SemSim paper uses it."""

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import ResidualBlock, convolution
from mmuda.models.layers.image_pool import ImagePool
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.layers.spatial_norm import ROUTES, InstanceNorm, patch_moments
from mmuda.models.losses import LeastSquaresGANLoss, Translation
from mmuda.models.phased import Losses
from mmuda.models.translators.base import Translator
from mmuda.models.validity import fill_invalid, valid_mean

ACTIVATIONS = {'tanh': nn.Tanh, 'relu': nn.ReLU}


class ResNetGenerator(nn.Sequential):
    """c7s1-64, d128, d256, 9 x R256, u128, u64, c7s1-3 of Zhu et al., Appendix 7.2.

    Args:
        bands: Of the image.
        channels: Of the first convolution.
        num_residuals: Residual blocks: 9 for images of 256 pixels and more, else 6.
        activation: Of the image, one of :data:`ACTIVATIONS`.
    """

    def __init__(
        self, bands: int, channels: int, num_residuals: int, activation: str
    ) -> None:
        layers: list[nn.Module] = [convolution(bands, channels, 7, 1, 3)]
        layers += [InstanceNorm(channels), nn.ReLU()]
        for width in (2 * channels, 4 * channels):
            layers.append(nn.Conv2d(width // 2, width, 3, 2, 1))
            layers += [InstanceNorm(width), nn.ReLU()]
        layers += [ResidualBlock(4 * channels) for _ in range(num_residuals)]
        for width in (2 * channels, channels):
            layers.append(nn.ConvTranspose2d(2 * width, width, 3, 2, 1, 1))
            layers += [InstanceNorm(width), nn.ReLU()]
        layers.append(convolution(channels, bands, 7, 1, 3))
        super().__init__(*layers, ACTIVATIONS[activation]())


@MODELS.register_module()
class CycleGAN(Translator):
    """Two generators that undo each other, two discriminators.

    Zhu et al. 2017, Eq. 1 to 3 with the least-squares loss of Sect. 4: generators are
    called real (factor ``adversarial``), there and back again is where one was
    (``cycle``, L1), and an image of the target domain stays as it is (``identity``,
    L1, their Sect. 5.2). Discriminators learn from a pool of generated images.

    Gritzner and Ostermann 2020, Sect. 5.3, differ in the last activation (ReLU: images
    are in [0, 1] then), the identity loss every ten mini-batches, and in weights.

    Args:
        bands: Of the images of both domains.
        generator: Settings of :class:`ResNetGenerator`: ``channels`` 64,
            ``num_residuals`` 9, ``activation`` ``'tanh'``.
        discriminator: Config of the discriminators, by default the 70 x 70 PatchGAN.
        weights: Factors of the generators' losses, by default ``adversarial`` 1,
            ``cycle`` 10, ``identity`` 0; the published code has 5 as the last.
        identity_interval: The identity loss is part of every so many-th iteration.
        pool_size: Images that each discriminator's pool keeps.
        guidance: Config of a :class:`~mmuda.models.losses.Guidance`: further losses of
            the generators, by what a segmentor makes of their images. None for none.
        **kwargs: Those of :class:`Translator`; ``init_cfg`` is by default a normal
            distribution of standard deviation 0.02.

    Raises:
        ValueError: If there is no such activation.
    """

    stride = 4

    def __init__(
        self,
        bands: int = 3,
        generator: dict | None = None,
        discriminator: dict | None = None,
        weights: dict[str, float] | None = None,
        identity_interval: int = 1,
        pool_size: int = 50,
        guidance: dict | None = None,
        **kwargs: object,
    ) -> None:
        if kwargs.get('init_cfg') is None:
            layers = ['Conv2d', 'ConvTranspose2d']
            kwargs['init_cfg'] = dict(type='Normal', layer=layers, std=0.02)
        super().__init__(
            phases=[
                dict(name='generator', updates=['generators']),
                dict(name='critic', updates=['discriminators']),
            ],
            **kwargs,
        )
        settings = dict(channels=64, num_residuals=9, activation='tanh')
        settings.update(generator or {})
        if settings['activation'] not in ACTIVATIONS:
            raise ValueError(
                f'activation must be one of {list(ACTIVATIONS)}, got '
                f'{settings["activation"]!r}'
            )
        discriminator = discriminator or dict(type='PatchGANDiscriminator')
        both = ('source', 'target')
        # By the domain of what they make, or judge.
        self.generators = ModuleDict(
            {d: ResNetGenerator(bands, **settings) for d in both}
        )
        self.discriminators = ModuleDict(
            {d: MODELS.build(dict(in_channels=bands, **discriminator)) for d in both}
        )
        self.pools = ModuleDict({d: ImagePool(pool_size) for d in both})
        self.gan_loss = LeastSquaresGANLoss()
        self.guidance = None if guidance is None else MODELS.build(guidance)
        self.weights = {
            **dict(adversarial=1.0, cycle=10.0, identity=0.0),
            **(weights or {}),
        }
        self.identity_interval = identity_interval
        self.register_buffer('iterations', torch.zeros((), dtype=torch.long))
        residuals = [(3, 4)] * 2 * settings['num_residuals']
        ends = [(7, 1), (3, 1), (3, 2)], [(3, 2), (3, 1), (7, 1)]
        self.halo = halo_of([*ends[0], *residuals, *ends[1]], self.stride)

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """What the generator of the target domain makes."""
        return self.generators[target](images)

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Adversarial, cycle consistency and identity losses, both directions."""
        with_identity = self._identity_is_due()
        losses = dict(adversarial=0, cycle=0)
        guided: Losses = {}
        fakes = {}
        for source, target in ROUTES[:2]:
            real, valid = batch[source].inputs, batch[source].valid
            with patch_moments(valid):
                fake = fill_invalid(self.generators[target](real), valid)
                scores = self.discriminators[target](fake)
                back = self.generators[source](fake)
            losses['adversarial'] += self.gan_loss(scores, True, valid)
            losses['cycle'] += valid_mean((back - real).abs(), valid)
            if with_identity:
                with patch_moments(valid):
                    same = self.generators[source](real)
                losses.setdefault('identity', 0)
                losses['identity'] += valid_mean((same - real).abs(), valid)
            if self.guidance is not None:
                images = real, fake, fill_invalid(back, valid)
                for name, loss in self._guided(images, source, target, valid).items():
                    guided[f'loss_{name}'] = guided.get(f'loss_{name}', 0) + loss
            fakes[target] = fake.detach(), valid
        self.state['fakes'] = fakes
        own = {f'loss_{k}': self.weights[k] * value for k, value in losses.items()}
        return {**own, **guided}

    def _guided(
        self,
        images: tuple[Tensor, Tensor, Tensor],
        source: str,
        target: str,
        valid: Tensor | None,
    ) -> Losses:
        """What the guidance says of images, their translation and the way back."""
        domains = source, target, source
        as_files = map(self.to_files, images, domains)
        return self.guidance(Translation(*as_files, source, target, valid))

    def _identity_is_due(self) -> bool:
        """Count the iteration; whether it has the identity loss."""
        self.iterations += 1
        if not self.weights['identity']:
            return False
        return self.identity_interval == 1 or (
            int(self.iterations) % self.identity_interval == 0
        )

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """Real images against those of the pool, half of the loss each (their code)."""
        loss = 0
        for domain, (fake, of_fake) in self.state['fakes'].items():
            old, of_old = self.pools[domain].query(fake, of_fake)
            real, of_real = batch[domain].inputs, batch[domain].valid
            for images, valid, is_real in ((real, of_real, True), (old, of_old, False)):
                with patch_moments(valid):
                    scores = self.discriminators[domain](images)
                loss += self.gan_loss(scores, is_real, valid) / 2
        return {'loss_discriminator': loss}
