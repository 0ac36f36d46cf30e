"""A head of several classifiers, each for what its sources know."""

import copy
from collections.abc import Sequence

import torch
from mmengine.model import BaseModule, ModuleDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

IGNORED = 255


def maximum(logits: list[Tensor]) -> Tensor:
    """The highest logit of each class (Eq. 6)."""
    return torch.stack(logits).amax(0)


def total(logits: list[Tensor]) -> Tensor:
    """The sum of the logits of each class."""
    return torch.stack(logits).sum(0)


# How to merge, and the logit of a class that a branch does not know.
MERGES = {'maximum': (maximum, -torch.inf), 'sum': (total, 0.0)}


@MODELS.register_module()
class BranchedHead(BaseModule):
    """Several classifiers on the same features, merged for the prediction.

    The classification module of Russo et al. 2019, Sect. 3: each branch learns from
    its own sources (one of them, or all: *S-All*), and tells its own classes apart.
    All labels stand in one common set of class ids; a branch that knows a part of
    them ignores pixels of the others.

    Each branch is an MMSeg head by itself, with its own losses, a submodule
    ``branches.<name>``.

    Args:
        head: Config of an MMSeg head, that of all branches.
        branches: What is special to each branch, by name: ``sources``, the domains
            that it learns from (all by default), and ``classes``, the ids that it
            knows (all by default); anything else overrides ``head``.
        num_classes: Of the common set.
        merge: ``'maximum'`` (Eq. 6) takes the highest logit of each class,
            ``'sum'`` adds them up.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If a class is known to no branch, a branch knows less than two, or
            ``merge`` is unknown.
    """

    threshold = None  # MMSeg asks for it: there is no single class

    def __init__(
        self,
        head: dict,
        branches: dict[str, dict],
        num_classes: int,
        merge: str = 'maximum',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if merge not in MERGES:
            raise ValueError(f'merge must be one of {sorted(MERGES)}, got {merge!r}')
        self._merge, self._unknown = MERGES[merge]
        self.num_classes = self.out_channels = num_classes
        self.sources: dict[str, tuple[str, ...] | None] = {}
        self.classes: dict[str, tuple[int, ...]] = {}
        self.branches = ModuleDict()
        for name, own in branches.items():
            own = copy.deepcopy(dict(own))
            sources = own.pop('sources', None)
            self.sources[name] = None if sources is None else tuple(sources)
            self.classes[name] = tuple(own.pop('classes', None) or range(num_classes))
            cfg = {**head, **own, 'num_classes': len(self.classes[name])}
            self.branches[name] = MODELS.build(cfg)
        self._check_classes()
        (self.align_corners,) = {b.align_corners for b in self.branches.values()}

    def _check_classes(self) -> None:
        unknown = set(range(self.num_classes)).difference(*self.classes.values())
        if unknown:
            raise ValueError(f'no branch knows the classes {sorted(unknown)}')
        for name, known in self.classes.items():
            if len(known) < 2 or not set(known) <= set(range(self.num_classes)):
                raise ValueError(
                    f'branch {name!r} must know at least two classes of '
                    f'0..{self.num_classes - 1}, got {known}'
                )

    def branch_logits(self, inputs: Sequence[Tensor]) -> dict[str, Tensor]:
        """Scores (N, C of the branch, h, w) of the feature maps, by branch."""
        return {name: branch(inputs) for name, branch in self.branches.items()}

    def merge(self, logits: dict[str, Tensor]) -> Tensor:
        """Scores of the common classes.

        Args:
            logits: Those of each branch, (..., C of the branch, H, W).

        Returns:
            Shape (..., num_classes, H, W).
        """
        placed = []
        for name, scores in logits.items():
            shape = list(scores.shape)
            shape[-3] = self.num_classes
            common = scores.new_full(shape, self._unknown)
            ids = torch.tensor(self.classes[name], device=scores.device)
            placed.append(common.index_copy(-3, ids, scores))
        return self._merge(placed)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Merged scores (N, num_classes, h, w) of the backbone's feature maps."""
        return self.merge(self.branch_logits(inputs))

    def predict(
        self, inputs: Sequence[Tensor], batch_img_metas: list[dict], test_cfg: dict
    ) -> Tensor:
        """Merged scores at the size of the images."""
        del test_cfg
        return self.merge(self.predict_branches(inputs, batch_img_metas))

    def predict_branches(
        self, inputs: Sequence[Tensor], batch_img_metas: list[dict]
    ) -> dict[str, Tensor]:
        """Scores at the size of the images, by branch."""
        return {
            name: branch.predict(inputs, batch_img_metas, None)
            for name, branch in self.branches.items()
        }

    def loss(
        self,
        inputs: Sequence[Tensor],
        batch_data_samples: list[SegDataSample],
        train_cfg: dict,
    ) -> dict[str, Tensor]:
        """Losses ``<branch>.<loss>`` of the branches that learn from these samples.

        A branch that learns from several sources takes the mean over them, so that it
        weighs as much as one that learns from a single source.

        Args:
            inputs: Feature maps of images of one domain.
            batch_data_samples: Their labels, in the common ids.
            train_cfg: Handed on.
        """
        (domain,) = {sample.metainfo.get('domain') for sample in batch_data_samples}
        losses = {}
        for name, branch in self.branches.items():
            sources = self.sources[name]
            if sources is not None and domain not in sources:
                continue
            samples = [self._own_labels(name, s) for s in batch_data_samples]
            share = 1 if sources is None else len(sources)
            for key, value in branch.loss(inputs, samples, train_cfg).items():
                value = value / share if 'loss' in key else value
                losses[f'{name}.{key}'] = value
        return losses

    def _own_labels(self, name: str, sample: SegDataSample) -> SegDataSample:
        """A sample whose labels are ids of the branch."""
        classes = self.classes[name]
        if classes == tuple(range(self.num_classes)):
            return sample
        labels = sample.gt_sem_seg.data
        own = torch.full((256,), IGNORED, dtype=labels.dtype, device=labels.device)
        own[list(classes)] = torch.arange(
            len(classes), dtype=labels.dtype, device=labels.device
        )
        relabelled = SegDataSample(metainfo=sample.metainfo)
        relabelled.gt_sem_seg = PixelData(data=own[labels.long()])
        return relabelled
