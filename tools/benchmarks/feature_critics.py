"""The source alone, DANN and LSD, as one would write them."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

MEAN = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)


def stack(images: list[Tensor]) -> Tensor:
    """Normalised images as one tensor."""
    return torch.stack([(image.float() - MEAN) / STD for image in images])


def segmentation_loss(segmentor: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy at the resolution of the labels, and the accuracy MMSeg logs."""
    logits = segmentor.decode_head(segmentor.backbone(images))
    logits = F.interpolate(logits, labels.shape[1:], mode='bilinear')
    (logits.argmax(1) == labels).float().mean().item()
    return F.cross_entropy(logits, labels, ignore_index=255)


def encode(segmentor: nn.Module, images: Tensor) -> Tensor:
    """The feature space: the encoder and the pyramid, no decoder."""
    return segmentor.decode_head._forward_feature(segmentor.backbone(images))


class SourceOnlyLoop:
    """Supervised training, as one would write it."""

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model
        self.optimizer = torch.optim.Adadelta(model.parameters())

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples']])
        loss = segmentation_loss(self.segmentor, stack(batch['inputs']), labels)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()


class DannLoop:
    """The three steps of the SemSim paper, as one would write them."""

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model.segmentor
        self.discriminator = model.objectives['alignment'].discriminator
        head = self.segmentor.decode_head
        pyramid = [head.image_pool, head.aspp_modules, head.bottleneck]
        self.encoder = nn.ModuleList([self.segmentor.backbone, *pyramid])
        learners = (self.segmentor, self.discriminator, self.encoder)
        self.optimizers = [torch.optim.Adadelta(m.parameters()) for m in learners]

    def _step(self, loss: Tensor, which: int) -> None:
        loss.backward()
        self.optimizers[which].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        source = stack(batch['inputs'][0::2])
        target = stack(batch['inputs'][1::2])
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        self._step(segmentation_loss(self.segmentor, source, labels), 0)

        domains = [encode(self.segmentor, images) for images in (source, target)]
        features = torch.cat(domains)
        scores = self.discriminator(features.detach())
        answers = scores.new_zeros(scores.shape[::2][:1] + scores.shape[2:]).long()
        answers[len(source) :] = 1
        (scores.argmax(1) == answers).float().mean().item()
        self._step(F.cross_entropy(scores, answers), 1)

        self.discriminator.requires_grad_(False)
        loss = F.cross_entropy(self.discriminator(features), 1 - answers)
        self._step(loss, 2)
        self.discriminator.requires_grad_(True)


class LSDLoop:
    """LSD: D, then G, then F and C, as one would write it.

    By SGD: biases before instance normalisation have a gradient of rounding errors, of
    which Adam would make whole steps.
    """

    LEARNING_RATE = 0.01

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model.segmentor
        objective = model.objectives['alignment']
        self.alpha, self.beta = objective.alpha, objective.beta
        self.generator, self.discriminator = (
            objective.generator,
            objective.discriminator,
        )
        self.critics = dict(alignment=self.discriminator)
        self.generators = dict(alignment=self.generator)
        self.networks = self.discriminator, self.generator, self.segmentor
        self.optimizers = [
            torch.optim.SGD(network.parameters(), self.LEARNING_RATE)
            for network in self.networks
        ]

    def _step(self, loss: Tensor, which: int) -> None:
        loss.backward()
        self.optimizers[which].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def _origin(self, scores: Tensor, answer: int) -> Tensor:
        return -scores.log_softmax(1)[:, answer].mean()

    def _labelling(self, scores: Tensor, labels: Tensor) -> Tensor:
        coarse = F.interpolate(labels[:, None].float(), scores.shape[2:])
        return F.cross_entropy(scores, coarse[:, 0].long())

    def _let_learn(self, which: int) -> None:
        for i, network in enumerate(self.networks):
            network.requires_grad_(i == which)

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        images = [stack(batch['inputs'][i::2]) for i in (0, 1)]
        real = [(of_domain * STD + MEAN) / 255 for of_domain in images]
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        size = real[0].shape[2:]

        # One pass of F for all, and of C on the source.
        self._let_learn(2)
        features = self.segmentor.backbone(images[0])
        logits = self.segmentor.decode_head(features)
        (logits.argmax(1) == labels).float().mean()
        task = F.cross_entropy(logits, labels, ignore_index=255)

        self._let_learn(0)
        loss, fakes, embeddings = 0, [], [features[1:]]
        for domain in (0, 1):
            shown = self.discriminator(real[domain])[0]
            if domain == 1:
                self._let_learn(2)
                embeddings.append(self.segmentor.backbone(images[1])[1:])
            self._let_learn(1)
            inputs = [f.detach() for f in embeddings[domain]]
            fakes.append(self.generator(size, None, *inputs))
            self._let_learn(0)
            made, scores = self.discriminator(fakes[domain].detach())
            loss = loss + self._origin(shown, 2 * domain)
            loss = loss + self._origin(made, 2 * domain + 1)
            if domain == 0:
                loss = loss + self._labelling(scores, labels)
        self._step(loss, 0)

        self._let_learn(1)
        loss = 0
        for domain in (0, 1):
            made, _ = self.discriminator(fakes[domain])
            loss = loss + self._origin(made, 2 * domain)
            loss = loss + (fakes[domain] - real[domain]).abs().mean()
        self._step(loss, 1)

        self._let_learn(2)
        loss = task
        for domain in (0, 1):
            fake = self.generator(size, None, *embeddings[domain])
            made, scores = self.discriminator(fake)
            loss = loss + self.beta * self._origin(made, 2 - 2 * domain)
            if domain == 0:
                loss = loss + self.alpha * self._labelling(scores, labels)
        self._step(loss, 2)
