"""Features that images of either domain can be generated from (LSD)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import Objective
from mmuda.models.phased import Losses
from mmuda.models.taps import bands_of
from mmuda.models.validity import fill_invalid, valid_mean

IGNORED = 255


class Origin(IntEnum):
    """What the discriminator tells apart at each location (Sect. 3.4)."""

    SOURCE_REAL = 0
    SOURCE_FAKE = 1
    TARGET_REAL = 2
    TARGET_FAKE = 3


# What D should say of each domain: of its real images and of generated ones in its own
# phase; of generated ones in the generator's ("real") and in the segmentor's ("other").
TABLE_1 = {
    'source': dict(
        real=Origin.SOURCE_REAL, fake=Origin.SOURCE_FAKE, other=Origin.TARGET_REAL
    ),
    'target': dict(
        real=Origin.TARGET_REAL, fake=Origin.TARGET_FAKE, other=Origin.SOURCE_REAL
    ),
}


def origin_loss(scores: Tensor, answer: Origin, valid: Tensor | None) -> Tensor:
    """Cross-entropy of scores for the same answer at every location.

    Each loss of Table 1 is made of these.

    Args:
        scores: Of the four origins, shape (N, 4, h, w).
        answer: What they should say.
        valid: Mask of the images, (N, 1, H, W), None if all pixels are valid.

    Returns:
        Mean over the valid locations.
    """
    return valid_mean(-F.log_softmax(scores, 1)[:, [answer]], valid)


def labelling_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of class scores that are coarser than the labels.

    ``L_aux`` of Sect. 3.3. Of the labels the nearest to each location count.

    Args:
        scores: Shape (N, C, h, w).
        labels: Class ids, (N, 1, H, W), 255 where there is none.

    Returns:
        Mean over the locations that have a class; 0 if none has.
    """
    coarse = F.interpolate(labels.float(), scores.shape[2:])[:, 0].long()
    total = F.cross_entropy(scores, coarse, ignore_index=IGNORED, reduction='sum')
    return total / (coarse != IGNORED).sum().clamp(min=1)


@MODELS.register_module()
class ReconstructionAlignment(Objective):
    """Features of which a generator makes images of the other domain.

    LSD (Sankaranarayanan et al. 2018), Sect. 3. The segmentor is F, which ends with
    ``taps``, and C, the rest. A generator G makes the image again of F's features; a
    discriminator D says of each patch whether it is of the source or the target, real
    or generated, and labels the pixels of the source. In an iteration, after Table 1:

    * ``critic``: D learns all four origins, and the labels of the source.
    * ``generator``: D is to take what G makes for real, of its own domain, and what G
      makes is to equal the image (L1).
    * ``segmentor``: D is to take what G makes of the source's features for a real image
      of the target and vice versa (factor ``beta``), and to find the source's labels in
      it (``alpha``). It is F that learns this; C learns the task with it, by
      ``Supervision`` in this phase.

    F stands still until then, so that each image passes through it once; D and G learn
    from one pass of G. All losses are means over valid locations. Those of several
    sources are averaged.

    Args:
        taps: The layers whose features G reads, the finest first. The paper's embedding
            is the last one; with FCN-8s the released code adds pool3 and pool4.
        generator: Config of a network from size, mask and features to images in [0, 1];
            it is told ``in_channels`` and ``bands``.
        discriminator: Config of a network from images and mask to scores of the four
            origins and of classes, by default a ``LabellingDiscriminator``; it is told
            ``in_channels`` and ``num_classes``.
        alpha: Factor of the labelling loss of F. With 0 the discriminator does not
            label at all (Table 4, "w/o auxiliary loss").
        beta: Factor of the adversarial losses of F. The paper gives neither; these are
            the 0.1 of the released code, which sums over 64 times as many pixels in the
            segmentation loss as there are locations in D.
        generator_weights: Factors of the generator's losses; by default 1 for
            ``adversarial`` and ``reconstruction``, 0 for ``auxiliary``.
        labels_real: Whether D learns to label real images of the source, as in the
            released code, and not generated ones.
        value_range: The levels of an image's files that are 0 and 1 for G and D.

    Raises:
        ValueError: If ``generator_weights`` has an unknown loss.
    """

    def __init__(
        self,
        taps: Sequence[str],
        generator: dict,
        discriminator: dict | None = None,
        alpha: float = 0.1 / 64,
        beta: float = 0.1 / 64,
        generator_weights: Mapping[str, float] | None = None,
        labels_real: bool = False,
        value_range: tuple[float, float] = (0.0, 255.0),
    ) -> None:
        super().__init__()
        self.taps = tuple(taps)
        self.configs = generator, discriminator or dict(type='LabellingDiscriminator')
        self.alpha = alpha
        self.beta = beta
        self.generator_weights = dict(adversarial=1.0, reconstruction=1.0, auxiliary=0)
        if unknown := set(generator_weights or {}) - set(self.generator_weights):
            raise ValueError(
                f'generator_weights must name some of {list(self.generator_weights)}, '
                f'got {sorted(unknown)[0]!r}'
            )
        self.generator_weights.update(generator_weights or {})
        self.labels_real = labels_real
        self.value_range = value_range

    def attach(self, segmentor: nn.Module) -> None:
        """Build the networks for the channels of the taps, the bands, the classes."""
        super().attach(segmentor)
        generator, discriminator = self.configs
        bands = bands_of(segmentor)
        channels = [self.channels(tap) for tap in self.taps]
        self.generator = MODELS.build(
            {**generator, 'in_channels': channels, 'bands': bands}
        )
        classes = self.num_classes if self.alpha else None
        self.discriminator = MODELS.build(
            {**discriminator, 'in_channels': bands, 'num_classes': classes}
        )

    def loss_critic(self, domains: Domains) -> Losses:
        """D learns where each patch comes from, and the labels of the source."""
        losses = _Losses()
        for name in domains.sources:
            # The pass that C learns from later is that of the embedding, too.
            domains.segmentation_losses(name, phases=['segmentor'])
        for name in [*domains.sources, 'target']:
            answers, valid = TABLE_1[_role(name)], domains[name].valid
            real = self.discriminator(self._real(domains, name), valid)
            fake = self.discriminator(self._fake(domains, name, 'generator'), valid)
            right = origin_loss(real[0], answers['real'], valid)
            losses.add('discriminator_real', name, right)
            right = origin_loss(fake[0], answers['fake'], valid)
            losses.add('discriminator_fake', name, right)
            if self._is_labelled(name):
                _, scores = real if self.labels_real else fake
                loss = labelling_loss(scores, _labels(domains, name))
                losses.add('discriminator_auxiliary', name, loss)
        return losses.means()

    def loss_generator(self, domains: Domains) -> Losses:
        """G makes images that D takes for real ones, and that equal the real ones."""
        losses, weights = _Losses(), self.generator_weights
        for name in [*domains.sources, 'target']:
            answers, valid = TABLE_1[_role(name)], domains[name].valid
            image = self._fake(domains, name, 'generator')
            difference = (image - self._real(domains, name)).abs()
            loss = weights['reconstruction'] * valid_mean(difference, valid)
            losses.add('reconstruction', name, loss)
            origin, scores = self.discriminator(image, valid)
            loss = origin_loss(origin, answers['real'], valid)
            losses.add('generator', name, weights['adversarial'] * loss)
            if weights['auxiliary'] and self._is_labelled(name):
                loss = labelling_loss(scores, _labels(domains, name))
                losses.add('generator_auxiliary', name, weights['auxiliary'] * loss)
        return losses.means()

    def loss_segmentor(self, domains: Domains) -> Losses:
        """F finds features of which G makes what D takes for the other domain."""
        losses = _Losses()
        for name in [*domains.sources, 'target']:
            answers, valid = TABLE_1[_role(name)], domains[name].valid
            image = self._fake(domains, name, 'segmentor')
            origin, scores = self.discriminator(image, valid)
            wrong = origin_loss(origin, answers['other'], valid)
            losses.add('adversarial', name, self.beta * wrong)
            if self._is_labelled(name):
                loss = labelling_loss(scores, _labels(domains, name))
                losses.add('auxiliary', name, self.alpha * loss)
        return losses.means()

    def panels(self, domains: Domains) -> dict[str, Tensor]:
        """Images and what G makes of them, for pictures.

        Returns:
            ``<domain>`` and ``<domain>.reconstructed`` in the units of files, shape
            (N, bands, H, W).
        """
        low, high = self.value_range
        found = {}
        for name in [*domains.sources, 'target']:
            found[name] = domains.images(name)
            image = self._fake(domains, name, 'generator')
            found[f'{name}.reconstructed'] = low + (high - low) * image
        return found

    def _fake(self, domains: Domains, name: str, phase: str) -> Tensor:
        """What G makes of a domain, for ``phase`` to learn from; 0 at invalid pixels.

        Until the segmentor's phase it is made of the same pass of F.
        """
        features = domains.outputs(name, self.taps, phases=['segmentor']).values()
        batch = domains[name]
        size = batch.inputs.shape[2:]
        image = domains.through(
            self.generator, size, batch.valid, *features, phases=[phase]
        )
        return fill_invalid(image, batch.valid)

    def _real(self, domains: Domains, name: str) -> Tensor:
        """Images of a domain as G is to make them; 0 at invalid pixels."""
        low, high = self.value_range
        images = (domains.images(name) - low) / (high - low)
        return fill_invalid(images, domains[name].valid)

    def _is_labelled(self, name: str) -> bool:
        """Whether D labels images of a domain: those of the sources, if any."""
        return bool(self.alpha) and name != 'target'


class _Losses:
    """Losses by role of the domains that they are of."""

    def __init__(self) -> None:
        self._found: dict[str, list[Tensor]] = {}

    def add(self, what: str, domain: str, loss: Tensor) -> None:
        """Keep the loss of a domain."""
        key = f'loss_{what}_{_role(domain)}'
        self._found.setdefault(key, []).append(loss)

    def means(self) -> Losses:
        """``loss_<what>_<role>``; of several sources the mean."""
        return {key: torch.stack(found).mean() for key, found in self._found.items()}


def _role(name: str) -> str:
    return name if name == 'target' else 'source'


def _labels(domains: Domains, name: str) -> Tensor:
    samples = domains[name].data_samples
    return torch.stack([sample.gt_sem_seg.data for sample in samples])
