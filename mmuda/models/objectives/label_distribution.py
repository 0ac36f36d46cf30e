"""How much of an image belongs to each class (curriculum adaptation)."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.objectives.source_memory import SourceMemory
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits
from mmuda.models.validity import image_means


def label_shares(labels: Tensor, num_classes: int) -> Tensor:
    """Share of each class among the labelled pixels of each image.

    Args:
        labels: Class ids, anything else is ignored, (N, H, W).
        num_classes: C.

    Returns:
        Shape (N, C); rows sum up to 1, or to 0 where nothing is labelled.
    """
    one_hot = torch.stack([(labels == c).flatten(1).sum(1) for c in range(num_classes)])
    counts = one_hot.T.float()
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


def distribution_loss(
    expected: Tensor, logits: Tensor, valid: Tensor | None = None
) -> Tensor:
    """Cross-entropy of predicted class shares for expected ones.

    Zhang et al. 2017, Eq. 2 and 3: ``-sum_c p(c) log q(c)``, q being the mean over
    the valid pixels of an image of the predicted probabilities; mean over images.

    Args:
        expected: Shares (N, C).
        logits: Scores before the softmax, (N, C, H, W).
        valid: Mask of the pixels, (N, 1, H, W); None if all are valid.
    """
    predicted = image_means(logits.softmax(1), valid)
    return -(expected * predicted.clamp(min=1e-12).log()).sum(1).mean()


@MODELS.register_module()
class LabelDistribution(PhaseObjective):
    """Predictions on the target with the class shares of similar source images.

    The global label-distribution loss of curriculum domain adaptation (Zhang et al.
    2017, Sect. 3.1). The shares of a target image are those of the source images
    nearest to it, the paper's nearest-neighbour estimate; nearness is that of pooled
    features of the segmentor, where the paper has those of another network. The
    source images are the latest ones seen; they are part of the checkpoint.

    Args:
        feature_tap: Layer whose output, pooled over the image, says what is near.
        tap: The classifier.
        memory: Source images to look among.
        neighbours: Source images whose shares are averaged.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
    """

    def __init__(
        self,
        feature_tap: str,
        tap: str = LOGITS_TAP,
        memory: int = 512,
        neighbours: int = 7,
        loss_weight: float = 0.1,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        self.taps = (feature_tap, tap)
        self.neighbours = neighbours
        self.loss_weight = loss_weight
        self.memory_size = memory

    def attach(self, segmentor: nn.Module) -> None:
        """Make room for features and class shares."""
        super().attach(segmentor)
        widths = dict(features=self.channels(self.taps[0]), shares=self.num_classes)
        self.memory = SourceMemory(self.memory_size, **widths)

    def _describe(self, domains: Domains, name: str) -> Tensor:
        """Pooled features of a domain's images, of length 1: (N, D)."""
        tap = self.taps[0]
        features = domains.outputs(name, [tap])[tap].detach().float()
        return F.normalize(image_means(features, domains[name].valid))

    def _expect(self, features: Tensor) -> Tensor:
        """Mean shares of the nearest source images, (N, C)."""
        distances = torch.cdist(features, self.memory.known('features'))
        count = min(self.neighbours, distances.shape[1])
        nearest = distances.topk(count, largest=False).indices
        return self.memory.known('shares')[nearest].mean(1)

    def losses(self, domains: Domains) -> Losses:
        """Learn the shares of the source; predict alike on the target."""
        for name in domains.sources:
            labels = [sample.gt_sem_seg.data for sample in domains[name].data_samples]
            shares = label_shares(torch.cat(labels), self.num_classes)
            features = self._describe(domains, name)
            self.memory.remember(features=features, shares=shares)
        expected = self._expect(self._describe(domains, 'target'))
        logits = image_logits(domains, 'target', self.taps[1])
        loss = distribution_loss(expected, logits, domains['target'].valid)
        return {'loss_label_distribution': self.loss_weight * loss}
