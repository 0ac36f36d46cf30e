"""UNIT: two variational auto-encoders with one latent space."""

from typing import ClassVar

from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import autoencoder
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.losses.gan import LeastSquaresGANLoss
from mmuda.models.phased import Losses
from mmuda.models.translators.shared_content import (
    OTHER,
    SharedContentTranslator,
    absolute,
    images_of,
    normal_like,
)
from mmuda.models.translators.style import DOMAINS
from mmuda.models.validity import valid_mean

KAIMING = dict(
    type='Kaiming',
    layer=['Conv2d', 'Linear'],
    a=0,
    mode='fan_in',
    nonlinearity='leaky_relu',
    distribution='normal',
)


@MODELS.register_module()
class UNIT(SharedContentTranslator):
    """Unsupervised image-to-image translation networks (Liu et al. 2017).

    Each domain has a variational auto-encoder whose latent code is normally
    distributed around the encoder's output, with standard deviation 1 (Sect. 3). An
    image is translated by decoding its code with the other domain's decoder. What is
    not in the paper is as in the published code: networks, losses (least squares GAN,
    three scales), weights, and that the domains share no layers: cycle consistency
    alone ties their latent spaces.

    Phases:

    * ``critic``: each discriminator tells the images of its domain from translated
      ones.
    * ``generator``: translated images look real; an image is reconstructed from its
      code, and from the code of its translation; codes stay close to the standard
      normal distribution (half of mu^2, but for the factor 1/2, which the weight
      holds); a translation resembles its original to VGG16.

    Each phase picks its own noise. Translation is deterministic: the code is its mean.

    Args:
        bands: Of the images of both domains.
        generator: ``channels`` 64 of the first convolution, ``num_downsamples`` 2 and
            ``num_residuals`` 4, of each encoder and each decoder.
        discriminator: Config of a ``MultiScaleDiscriminator`` or the like.
        **kwargs: ``weights``, ``perceptual``, ``data_preprocessor`` and ``init_cfg``,
            see :class:`SharedContentTranslator`.
    """

    # unit_gta2city_folder.yaml of the published code.
    published_weights: ClassVar[dict[str, float]] = dict(
        adversarial=1,
        reconstruction=10,
        kl=0.01,
        cycle=10,
        cycle_kl=0.01,
        perceptual=1,
    )

    def __init__(
        self,
        bands: int = 3,
        generator: dict | None = None,
        discriminator: dict | None = None,
        **kwargs: object,
    ) -> None:
        kwargs['init_cfg'] = kwargs.get('init_cfg') or KAIMING
        super().__init__(
            [
                dict(name='critic', updates=['discriminators']),
                dict(name='generator', updates=['encoders', 'decoders']),
            ],
            bands,
            discriminator or dict(type='MultiScaleDiscriminator'),
            LeastSquaresGANLoss(),
            **kwargs,
        )
        autoencoders = {d: autoencoder(bands, **(generator or {})) for d in DOMAINS}
        self.encoders = ModuleDict({d: pair[0] for d, pair in autoencoders.items()})
        self.decoders = ModuleDict({d: pair[1] for d, pair in autoencoders.items()})
        encoder, decoder = autoencoders['source']
        self.stride = encoder.stride
        convolutions = [*encoder.convolutions, *decoder.convolutions]
        self.halo = halo_of(convolutions, self.stride)

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """The discriminators tell real images from translated ones."""
        losses = {}
        for other, domain in OTHER.items():
            images, valid = images_of(batch[other])
            mean = self.encode(images, other, valid)
            fake = self.decode(domain, valid, mean + normal_like(mean))
            loss = self.told_apart(
                self.discriminators[domain], images_of(batch[domain]), (fake, valid)
            )
            losses[f'loss_critic_{domain}'] = self.weights['adversarial'] * loss
        return losses

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Losses of each domain's images on their way there and back again."""
        losses = {}
        for domain, other in OTHER.items():
            images, valid = images_of(batch[domain])
            mean = self.encode(images, domain, valid)
            code = mean + normal_like(mean)
            same = self.decode(domain, valid, code)
            there = self.decode(other, valid, code)
            mean_there = self.encode(there, other, valid)
            back = self.decode(domain, valid, mean_there + normal_like(mean_there))
            of_domain = dict(
                adversarial=self.taken_for_real(
                    self.discriminators[other], there, valid
                ),
                reconstruction=absolute(same, images, valid),
                kl=valid_mean(mean**2, valid),
                cycle=absolute(back, images, valid),
                cycle_kl=valid_mean(mean_there**2, valid),
            )
            if self.perceptual is not None:
                of_domain['perceptual'] = self.perceptual(there, images, valid)
            losses.update(self.weighted(domain, **of_domain))
        return losses

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """Decode the mean of the code with the target's decoder."""
        return self.decoders[target](self.encoders[source](images))
