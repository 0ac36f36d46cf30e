"""How large a class may be in an image (FCNs in the wild)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.objectives.label_distribution import label_shares
from mmuda.models.objectives.source_memory import SourceMemory
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits
from mmuda.models.validity import image_means


def size_penalty(shares: Tensor, bounds: Tensor) -> Tensor:
    """Squared violation of the sizes that classes may have.

    A class counts as present in an image if its share is at least a tenth of the
    first bound; its share must then lie between the second and the third.

    Args:
        shares: Predicted share of each class in each image, (N, C).
        bounds: Lower tenth, mean and upper tenth of the shares of each class,
            (3, C).

    Returns:
        Sum over classes, mean over images.
    """
    smallest, least, most = bounds
    present = is_present(shares, smallest)
    violation = (least - shares).clamp(min=0) + (shares - most).clamp(min=0)
    return (present * violation.square()).sum(1).mean()


def is_present(shares: Tensor, smallest: Tensor) -> Tensor:
    """Whether a class counts as present in each image, bool (N, C)."""
    return shares.detach() >= 0.1 * smallest


@MODELS.register_module()
class SizeConstraint(PhaseObjective):
    """Classes as large on the target as they are on the source.

    The category-specific part of Hoffman et al. 2016 (FCNs in the wild), Sect. 3.3:
    of the shares that each class has in the source images that show it, the lowest
    tenth, the mean and the highest tenth bound its share in a target image that is
    predicted to show it. The paper optimises under the constraints (Pathak et al.
    2015), as :class:`ConstrainedSize` does; here their violation is a penalty (Kervadec
    et al. 2019). The statistics are those of the latest source images, part of the
    checkpoint.

    Args:
        tap: The classifier.
        memory: Source images that the bounds are taken from.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        memory: int = 512,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = (tap,)
        self.loss_weight = loss_weight
        self.memory_size = memory

    def attach(self, segmentor: nn.Module) -> None:
        """Make room for class shares."""
        super().attach(segmentor)
        self.memory = SourceMemory(self.memory_size, shares=self.num_classes)

    def bounds(self) -> Tensor:
        """Lower tenth, mean and upper tenth of each class, (3, C).

        A class that no source image has shown is unbounded.
        """
        known = self.memory.known('shares')
        shown = known.where(known > 0, torch.nan)
        low, high = shown.nanquantile(shown.new_tensor([0.1, 0.9]), dim=0)
        bounds = torch.stack([low, shown.nanmean(0), high])
        unbounded = bounds.new_tensor([[0.0], [0.0], [1.0]])
        return bounds.where(bounds.isfinite(), unbounded)

    def losses(self, domains: Domains) -> Losses:
        """Measure the source; keep the target within its bounds."""
        for name in domains.sources:
            labels = [sample.gt_sem_seg.data for sample in domains[name].data_samples]
            shares = label_shares(torch.cat(labels), self.num_classes)
            self.memory.remember(shares=shares)
        return {'loss_size': self.loss_weight * self.penalty(domains)}

    def penalty(self, domains: Domains) -> Tensor:
        """What it costs to be out of bounds."""
        logits = image_logits(domains, 'target', self.taps[0])
        shares = image_means(logits.softmax(1), domains['target'].valid)
        return size_penalty(shares, self.bounds())
