"""Online self-training as one would write it: DACS, and MIC on DAFormer."""

import copy
import math
import zlib
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

ROLES = ('source', 'target')


def draws(number: int, purpose: bytes) -> list[np.random.Generator]:
    """Random numbers for each image."""
    seeds = [int(torch.randint(2**31, ())) for _ in range(number)]
    return [np.random.default_rng([seed, zlib.crc32(purpose)]) for seed in seeds]


def augment(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Colour jitter and blur of an image (B, H, W) in the units of its file."""
    jitters, blurs = rng.random(2) < (0.8, 0.5)
    if jitters:
        brightness, contrast, saturation = rng.uniform(0.8, 1.2, 3).tolist()
        of_bands = torch.from_numpy(rng.uniform(0.8, 1.2, len(image))).float()
        image = image * brightness
        image = image.mean() + (image - image.mean()) * contrast
        grey = image.mean(0, keepdim=True)
        image = (grey + (image - grey) * saturation) * of_bands.view(-1, 1, 1)
    if blurs:
        sigma = float(rng.uniform(0.15, 1.15))
        radius = max(1, math.ceil(4 * sigma))
        at = torch.arange(-radius, radius + 1.0)
        kernel = torch.exp(-at.square() / (2 * sigma**2))
        kernel = kernel / kernel.sum()
        image = F.pad(image[:, None], [radius] * 4, mode='reflect')
        image = F.conv2d(image, kernel.view(1, 1, 1, -1))
        image = F.conv2d(image, kernel.view(1, 1, -1, 1))[:, 0]
    return image


class DacsLoop:
    """A mean teacher and ClassMix.

    Args:
        model: Where the networks are taken from.
        normalise: Turns an image into what the network sees.
        optimizer: Makes the optimizer of a segmentor.
        decay: Of the teacher, at most.
    """

    def __init__(
        self,
        model: nn.Module,
        normalise: Callable,
        optimizer: Callable,
        decay: float = 0.99,
    ) -> None:
        self.segmentor = model.segmentor
        self.teacher = copy.deepcopy(self.segmentor).requires_grad_(False).eval()
        self.normalise, self.decay, self.steps = normalise, decay, 0
        self.optimizer = optimizer(self.segmentor)
        self.norms, self.teachers = (
            [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
            for net in (self.segmentor, self.teacher)
        )
        self.kept = {role: [dict(m._buffers) for m in self._copies()] for role in ROLES}
        self.target_seen = False

    def _copies(self) -> list[nn.Module]:
        return [copy.deepcopy(norm) for norm in self.norms]

    def _remember(self, role: str) -> None:
        """Let running statistics be those of a domain, or of none."""
        kept = self.kept.get(role) or [
            {k: v.clone() for k, v in norm._buffers.items()} for norm in self.norms
        ]
        for norm, buffers in zip(self.norms, kept, strict=True):
            norm._buffers.update(buffers)

    def _logits(self, net: nn.Module, images: Tensor) -> Tensor:
        self.features = net.backbone(images)
        return F.interpolate(
            net.decode_head(self.features),
            images.shape[2:],
            mode='bilinear',
            align_corners=net.align_corners,
        )

    def _loss(
        self, role: str, images: Tensor, labels: Tensor, weights: Tensor | float = 1.0
    ) -> Tensor:
        self._remember(role)
        logits = self._logits(self.segmentor, images)
        (logits.argmax(1) == labels).float().mean()
        return (weights * F.cross_entropy(logits, labels, reduction='none')).mean()

    @torch.no_grad()
    def _teach(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Pseudo labels, and weights of their pixels, (N, H, W)."""
        known = self.kept['target' if self.target_seen else 'source']
        for norm, buffers in zip(self.teachers, known, strict=True):
            norm._buffers.update({k: v.clone() for k, v in buffers.items()})
        confidence, labels = self._logits(self.teacher, images).softmax(1).max(1)
        share = (confidence >= 0.968).float().mean((1, 2), keepdim=True)
        return labels, share.expand(labels.shape)

    def _mixed(
        self, batch: dict, labels: Tensor, pseudo: Tensor, sure: Tensor
    ) -> tuple:
        """The mixture, its labels and weights."""
        images, rngs = [], draws(len(labels), b'mixed')
        pasted = []
        for truth, rng in zip(labels, rngs, strict=True):
            classes = truth.unique()
            chosen = rng.permutation(len(classes))[: math.ceil(0.5 * len(classes))]
            pasted.append(torch.isin(truth, classes[torch.from_numpy(chosen)]))
        sides = batch['inputs'][0::2], batch['inputs'][1::2]
        for source, target, mask, rng in zip(*sides, pasted, rngs, strict=True):
            mixture = torch.where(mask, source, target).float()
            images.append(self.normalise(augment(mixture, rng)))
        mask = torch.stack(pasted)
        weights = sure.masked_fill(mask, 1.0)
        return torch.stack(images), torch.where(mask, labels, pseudo), weights

    def _follow(self) -> None:
        self.steps += 1
        share = max(1 - self.decay, 1 / (self.steps + 1))
        with torch.no_grad():
            pairs = zip(
                self.teacher.parameters(), self.segmentor.parameters(), strict=True
            )
            for average, value in pairs:
                average.lerp_(value, share)

    def _more(self, batch: dict, pseudo: Tensor, sure: Tensor) -> Tensor | float:
        """Other losses on the target."""
        del batch, pseudo, sure
        return 0.0

    def _of_source(self, source: Tensor, labels: Tensor) -> Tensor:
        return self._loss('source', source, labels)

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        source, target = (
            torch.stack([self.normalise(x.float()) for x in batch['inputs'][n::2]])
            for n in (0, 1)
        )
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        loss = self._of_source(source, labels)
        pseudo, sure = self._teach(target)
        mixture = self._mixed(batch, labels, pseudo, sure)
        loss = loss + self._loss('mixed', *mixture)
        loss = loss + self._more(batch, pseudo, sure)
        # The target passes for its statistics.
        self._remember('target')
        with torch.no_grad():
            self.segmentor.decode_head(self.segmentor.backbone(target))
        self.target_seen = True
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        self._follow()


class MicLoop(DacsLoop):
    """DAFormer with masked consistency.

    Args:
        model: Where the networks are taken from.
        normalise: See :class:`DacsLoop`.
        optimizer: Likewise.
    """

    def __init__(
        self, model: nn.Module, normalise: Callable, optimizer: Callable
    ) -> None:
        super().__init__(model, normalise, optimizer, decay=0.999)
        self.frozen = (
            copy.deepcopy(self.segmentor.backbone).requires_grad_(False).eval()
        )

    def _of_source(self, source: Tensor, labels: Tensor) -> Tensor:
        """With the distance to the frozen features where a class prevails."""
        loss = super()._of_source(source, labels)
        features = self.features[-1]
        with torch.no_grad():
            wanted = self.frozen(source)[-1]
        number = self.segmentor.decode_head.num_classes
        shown = F.one_hot(labels, number).movedim(-1, 1).float()
        counts = F.adaptive_avg_pool2d(shown, features.shape[2:]).amax(1) >= 0.75
        apart = (features - wanted).norm(dim=1)
        return loss + 0.005 * (apart * counts).sum() / counts.sum().clamp(min=1)

    def _more(self, batch: dict, pseudo: Tensor, sure: Tensor) -> Tensor:
        """What is hidden in seven of ten blocks is to be said all the same."""
        height, width = pseudo.shape[1:]
        block = min(64, min(height, width) // 8)
        images = []
        rngs = draws(len(pseudo), b'masked')
        for image, rng in zip(batch['inputs'][1::2], rngs, strict=True):
            blocks = rng.random((math.ceil(height / block), math.ceil(width / block)))
            seen = torch.from_numpy(blocks > 0.7)[None, None].float()
            mask = F.interpolate(seen, scale_factor=block)[0, :, :height, :width]
            images.append(self.normalise(augment(image.float(), rng)) * mask)
        return self._loss('masked', torch.stack(images), pseudo, sure)
