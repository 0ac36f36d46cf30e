"""Keeping features where pretraining has put them (DAFormer's feature distance)."""

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses

TAP = 'backbone'


def locations_of_classes(
    labels: Tensor, classes: Sequence[int], size: Sequence[int], share: float
) -> Tensor:
    """Locations of a feature map that mostly show one of some classes.

    Hoyer et al. 2022 (DAFormer), Eq. 9 and 10: the share of each class in the pixels of
    a location, ignored pixels counting in the total.

    Args:
        labels: Ids of the classes, (N, H, W), 255 where ignored.
        classes: Ids that count.
        size: Height and width of the feature map.
        share: Of its pixels that must be of one of these classes.

    Returns:
        Bool, (N, h, w).
    """
    shown = torch.stack([labels == label for label in classes], 1).float()
    return F.adaptive_avg_pool2d(shown, tuple(size)).amax(1) >= share


@MODELS.register_module()
class FeatureDistance(PhaseObjective):
    """The distance of the encoder's features to those of a frozen encoder.

    Hoyer et al. 2022 (DAFormer), Sect. 3.3: on images of the source, where a location
    of the last feature map mostly shows one of the classes that pretraining knows
    (things, not stuff), the Euclidean distance of the feature vectors, Eq. 8, averaged
    over these locations.

    The frozen encoder is part of the checkpoint.

    Args:
        classes: Ids of the classes that count; by default all.
        pretrained: The weights of the frozen encoder, an ``init_cfg`` such as
            ``dict(type='Pretrained', checkpoint=...)``. By default those that the
            segmentor's encoder has when training begins.
        share: See :func:`locations_of_classes`.
        scale: Size of the images that the segmentor's encoder saw last over their own:
            that of the context under a ``MultiResolutionEncoderDecoder``.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
    """

    taps = (TAP,)

    def __init__(
        self,
        classes: Sequence[int] | None = None,
        pretrained: dict | None = None,
        share: float = 0.75,
        scale: float = 1.0,
        loss_weight: float = 0.005,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        self.classes = None if classes is None else tuple(classes)
        self.pretrained = pretrained
        self.share = share
        self.scale = scale
        self.loss_weight = loss_weight
        begun = torch.tensor(pretrained is not None)
        self.register_buffer('begun', begun)

    def attach(self, segmentor: nn.Module) -> None:
        """Copy the encoder; ``init_weights`` gives it the weights that were named."""
        super().attach(segmentor)
        self.encoder = copy.deepcopy(segmentor.backbone).requires_grad_(False)
        self.encoder.init_cfg = self.pretrained

    def init_weights(self) -> None:
        """Load the frozen encoder's own weights, if there are any."""
        if self.pretrained is not None:
            super().init_weights()
            self.encoder.requires_grad_(False)

    def losses(self, domains: Domains) -> Losses:
        """The mean distance on the sources; 0 where no location counts."""
        total, locations = 0.0, 0
        for name in domains.sources:
            features = domains.outputs(name, self.taps)[TAP][-1].float()
            with torch.no_grad():
                frozen = self._frozen(self._scaled(domains[name].inputs)).float()
            counts = self._counts(domains, name, features.shape[2:])
            apart = torch.linalg.vector_norm(features - frozen, dim=1)  # (N, h, w)
            total = total + (apart * counts).sum()
            locations = locations + counts.sum()
        return {'loss_distance': self.loss_weight * total / locations.clamp(min=1)}

    def _scaled(self, images: Tensor) -> Tensor:
        if self.scale == 1:
            return images
        corners = self.segmentor.align_corners
        size = tuple(round(self.scale * side) for side in images.shape[2:])
        return resize(images, size=size, mode='bilinear', align_corners=corners)

    def _frozen(self, images: Tensor) -> Tensor:
        """What the frozen encoder makes of images, its last feature map."""
        if not self.begun:
            self.encoder.load_state_dict(self.segmentor.backbone.state_dict())
            self.begun.fill_(True)
        if self.encoder.training:  # else a walk over all of it for nothing
            self.encoder.eval()
        return self.encoder(images)[-1]

    def _counts(self, domains: Domains, name: str, size: torch.Size) -> Tensor:
        samples = domains[name].data_samples
        labels = torch.cat([sample.gt_sem_seg.data for sample in samples])
        classes = range(self.num_classes) if self.classes is None else self.classes
        if not len(classes) or max(classes) >= min(self.num_classes, IGNORED):
            raise ValueError(
                f'classes of FeatureDistance must be among 0 to '
                f'{self.num_classes - 1}, got {list(classes)}'
            )
        return locations_of_classes(labels, classes, size, self.share)
