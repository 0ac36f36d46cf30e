"""AdaptSegNet and its kin, as one would write them: a segmentor against critics."""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

CAFFE_MEAN = torch.tensor([104.00698793, 116.66876762, 122.67891434]).view(3, 1, 1)


class OutputLoop:
    """AdaptSegNet and its kin, as one would write them: segmentor, then critics.

    Args:
        model: Where the networks are taken from.
        classifiers: The classifiers, by name.
        levels: Of each discriminator: its classifier, its sources and the weight of
            the adversarial loss.
    """

    reads_target = True  # whether the classifiers' logits of the target are needed

    def __init__(
        self, model: nn.Module, classifiers: dict[str, nn.Module], levels: dict
    ) -> None:
        self.segmentor = model.segmentor
        self.classifiers = classifiers
        self.levels = levels
        self.critics = {name: model.objectives[name].discriminator for name in levels}
        heads = [p for c in classifiers.values() for p in c.parameters()]
        self.optimizer = torch.optim.SGD(
            [
                dict(params=self._backbone()),
                dict(params=heads, lr=2.5e-3),
            ],
            lr=2.5e-4,
            momentum=0.9,
            weight_decay=5e-4,
        )
        critics = [p for c in self.critics.values() for p in c.parameters()]
        if critics:
            self.critic_optimizer = torch.optim.Adam(critics, 1e-4, betas=(0.9, 0.99))
        self.features: dict[str, tuple[Tensor, ...]] = {}

    def _backbone(self) -> list[nn.Parameter]:
        return [p for p in self.segmentor.backbone.parameters() if p.requires_grad]

    def represent(self, logits: Tensor) -> Tensor:
        """What a discriminator sees."""
        return logits.softmax(1)

    def predict(
        self, domain: str, images: Tensor, sources: list[str]
    ) -> dict[str, Tensor]:
        """Logits at the size of the images, of the classifiers that need them."""
        features = self.features[domain] = self.segmentor.backbone(images)
        if domain == 'target':
            needed = self.classifiers if self.reads_target else {}
        else:
            needed = {
                name: head
                for name, head in self.classifiers.items()
                if domain in self.sources_of(name, sources)
            }
        return {
            name: F.interpolate(
                head(features), images.shape[2:], mode='bilinear', align_corners=True
            )
            for name, head in needed.items()
        }

    def supervise(self, name: str, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of one classifier."""
        (logits.argmax(1) == labels).float().mean()
        weight = 0.1 if name.startswith('feature') else 1.0
        return weight * F.cross_entropy(logits, labels, ignore_index=255)

    def sources_of(self, classifier: str, sources: list[str]) -> list[str]:
        """The sources that a classifier learns from."""
        del classifier
        return sources

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Loss of the segmentor on the target, and the maps that critics see."""
        total, maps = 0, {}
        for name, (classifier, _, weight) in self.levels.items():
            maps[name] = self.represent(target[classifier])
            total = total + weight * vanilla(self.critics[name](maps[name]), 0.0)
        return total, maps

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """Loss of one discriminator."""
        critic = self.critics[name]
        of_sources = [vanilla(critic(source), 0.0) for source in sources]
        return (torch.stack(of_sources).mean() + vanilla(critic(target), 1.0)) / 2

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """What the discriminator ``name`` sees of a source."""
        return self.represent(logits[self.levels[name][0]].detach())

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        self._iterate(batch)
        # A graph that outlived it would change what the allocator does for both.
        self.features = {}

    def _iterate(self, batch: dict) -> None:
        groups: dict[str, list] = {}
        for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
            groups.setdefault(sample.domain, []).append((image, sample))
        names = sorted(name for name in groups if name != 'target')
        images = {
            name: torch.stack([x.flip(0).float() - CAFFE_MEAN for x, _ in members])
            for name, members in groups.items()
        }
        for critic in self.critics.values():
            critic.requires_grad_(False)
        loss, predictions = 0, {}
        for name in names:
            labels = torch.cat([s.gt_sem_seg.data for _, s in groups[name]])
            predictions[name] = self.predict(name, images[name], names)
            for head, logits in predictions[name].items():
                share = 1 / len(self.sources_of(head, names))
                loss = loss + share * self.supervise(head, logits, labels)
        target = self.predict('target', images['target'], names)
        adversarial, targets = self.adversarial(target)
        (loss + adversarial).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        if not self.critics:
            return

        total = 0
        for name, critic in self.critics.items():
            critic.requires_grad_(True)
            known = self.levels[name][1] or names
            sources = [self.source_map(name, predictions[s]) for s in known]
            total = total + self.critic_loss(name, sources, targets[name].detach())
        total.backward()
        self.critic_optimizer.step()
        self.critic_optimizer.zero_grad()


def vanilla(scores: Tensor, truth: float) -> Tensor:
    """Binary cross-entropy for the same answer everywhere."""
    answers = torch.full_like(scores, truth)
    return F.binary_cross_entropy_with_logits(scores, answers)


class AdaptSegNetLoop(OutputLoop):
    """Two levels."""

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads = dict(output=segmentor.decode_head, feature=segmentor.auxiliary_head)
        levels = dict(output=('output', None, 0.001), feature=('feature', None, 0.0002))
        super().__init__(model, heads, levels)


class AdventLoop(AdaptSegNetLoop):
    """The same on weighted self-information."""

    def represent(self, logits: Tensor) -> Tensor:
        """The map of ADVENT."""
        log_p = F.log_softmax(logits, 1)
        return -log_p.exp() * log_p / math.log(logits.shape[1])


class ClanLoop(OutputLoop):
    """Two classifiers, after the warm-up, without fading out."""

    def __init__(self, model: nn.Module) -> None:
        heads = dict(model.segmentor.decode_head.branches.items())
        super().__init__(model, heads, dict(output=('first', None, 0.001)))

    def supervise(self, name: str, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy with focal weights."""
        del name
        (logits.argmax(1) == labels).float().mean()
        surprise = F.cross_entropy(logits, labels, reduction='none')
        return ((1 - surprise.neg().exp()) ** 2 * surprise).mean()

    def _judge(self, maps: Tensor, truth: float, weights: Tensor | None) -> Tensor:
        scores = self.critics['output'](maps)
        scores = F.interpolate(
            scores, maps.shape[2:], mode='bilinear', align_corners=True
        )
        if weights is None:
            return vanilla(scores, truth)
        answers = torch.full_like(scores, truth)
        loss = F.binary_cross_entropy_with_logits(scores, answers, reduction='none')
        return ((0.4 + 40 * weights) * loss).mean()

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Weighted by disagreement; the classifiers' weights are pushed apart."""
        one, other = (target[name].softmax(1) for name in ('first', 'second'))
        self.weights = 1 - F.cosine_similarity(one, other).unsqueeze(1)
        maps = (target['first'] + target['second']).softmax(1)
        w1, w2 = (
            torch.cat([p.flatten() for p in head.conv_seg.parameters()])
            for head in self.classifiers.values()
        )
        similarity = F.cosine_similarity(w1, w2, dim=0) + 1
        loss = 0.001 * self._judge(maps, 0.0, self.weights) + 0.02 * similarity
        return loss, dict(output=maps)

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """The sum of both predictions."""
        del name
        return (logits['first'] + logits['second']).detach().softmax(1)

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """The target with the same weights; not halved."""
        del name
        (source,) = sources
        of_target = self._judge(target, 1.0, self.weights.detach())
        return self._judge(source, 0.0, None) + of_target


class MultiSourceLoop(OutputLoop):
    """Branches for each source and all, at two levels."""

    KNOWN = dict(s1=['source_0'], s2=['source_1'], all=['source_0', 'source_1'])

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads, levels = {}, {}
        for level, head, weight in (
            ('output', segmentor.decode_head, 0.001),
            ('feature', segmentor.auxiliary_head, 0.0002),
        ):
            for name, known in self.KNOWN.items():
                heads[f'{level}_{name}'] = head.branches[name]
                levels[f'{level}_{name}'] = (f'{level}_{name}', known, weight)
        super().__init__(model, heads, levels)

    def sources_of(self, classifier: str, sources: list[str]) -> list[str]:
        """Those of the branch."""
        return self.KNOWN[classifier.split('_')[1]]


class CategoryAdaptiveLoop(OutputLoop):
    """One classifier, and the styles of the first two stages."""

    def __init__(self, model: nn.Module) -> None:
        levels = dict(output=('output', None, 0.001), style=('output', None, 0.001))
        super().__init__(model, dict(output=model.segmentor.decode_head), levels)

    def _styles(self, domain: str) -> Tensor:
        """Pooled features of both stages beside each other."""
        return torch.cat([f.mean((2, 3)) for f in self.features[domain][:2]], 1)

    def _judge_styles(self, styles: Tensor, truth: float) -> Tensor:
        widths = [f.shape[1] for f in self.features['target'][:2]]
        critics = self.critics['style'].values()
        parts = zip(critics, styles.split(widths, 1), strict=True)
        return sum(vanilla(critic(part), truth) for critic, part in parts)

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Predictions and styles of the target are to pass for the source's."""
        maps = dict(output=target['output'].softmax(1), style=self._styles('target'))
        loss = 0.001 * vanilla(self.critics['output'](maps['output']), 0.0)
        return loss + 0.001 * self._judge_styles(maps['style'], 0.0), maps

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """The style of the source, or its predictions."""
        if name == 'style':
            return self._styles('source').detach()
        return super().source_map(name, logits)

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """Loss of one discriminator, or of those of the styles."""
        if name != 'style':
            return super().critic_loss(name, sources, target)
        (source,) = sources
        return (self._judge_styles(source, 0.0) + self._judge_styles(target, 1.0)) / 2
