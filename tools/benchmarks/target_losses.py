"""Losses on the target without a discriminator, as one would write them."""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from output_critics import OutputLoop
from torch import Tensor, nn


class MinEntLoop(OutputLoop):
    """Entropy at two levels, no discriminator."""

    WEIGHTS = dict(output=0.001, feature=0.0002)

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads = dict(output=segmentor.decode_head, feature=segmentor.auxiliary_head)
        super().__init__(model, heads, {})

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Mean entropy of the target's predictions."""
        total = 0
        for name, logits in target.items():
            log_p = F.log_softmax(logits, 1)
            entropy = -(log_p.exp() * log_p).sum(1).mean() / math.log(logits.shape[1])
            total = total + self.WEIGHTS[name] * entropy
        return total, {}


class OneLevelLoop(OutputLoop):
    """One classifier, no discriminator."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, dict(output=model.segmentor.decode_head), {})


class MaximumSquaresLoop(OneLevelLoop):
    """Squared probabilities of the target; the first layer's normalisation stands."""

    def _backbone(self) -> list[nn.Parameter]:
        still = set(self.segmentor.backbone.bn1.parameters())
        return [p for p in super()._backbone() if p not in still]

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Their negative mean."""
        return -0.1 * target['output'].softmax(1).square().mean() / 2, {}


class MMDLoop(OneLevelLoop):
    """The discrepancy of features at 512 locations of each domain."""

    reads_target = False

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Seventeen kernels, all pairs."""
        del target
        points = []
        for domain in ('source', 'target'):
            vectors = self.features[domain][3].movedim(1, -1).flatten(0, -2)
            points.append(vectors[torch.randint(len(vectors), (512,))])
        squares = torch.cdist(torch.cat(points), torch.cat(points)).square()
        bandwidth = squares.detach().sum() / (1024 * 1023)
        widths = [2.0**k * bandwidth for k in range(-8, 9)]
        kernel = torch.stack([torch.exp(-squares / w) for w in widths]).mean(0)
        kernel = kernel - torch.diag(kernel.diagonal())
        within = kernel[:512, :512].sum() + kernel[512:, 512:].sum()
        return 0.1 * (within / (512 * 511) - 2 * kernel[:512, 512:].mean()), {}


class DCANLoop(OneLevelLoop):
    """Mean and deviation of the channels of four stages."""

    reads_target = False

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Those of the source towards the target's."""
        del target
        total = 0
        for source, other in zip(
            self.features['source'], self.features['target'], strict=True
        ):
            found = [torch.var_mean(f, (0, 2, 3)) for f in (source, other.detach())]
            (v1, m1), (v2, m2) = found
            deviations = ((v1 + 1e-8).sqrt() - (v2 + 1e-8).sqrt()).square().mean()
            total = total + (m1 - m2).square().mean() + deviations
        return 0.1 * total, {}
