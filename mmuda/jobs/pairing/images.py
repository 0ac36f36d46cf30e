"""What the strategies need to know of the images of both domains.

Label maps, probabilities and samples are computed once, by all processes together, into
arrays on disk.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.dist import barrier, get_dist_info
from mmseg.registry import DATASETS
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.jobs.statistics import load_model_at, with_statistics
from mmuda.models.taps import check_taps, read_taps
from mmuda.pairing import ImageSet, LabelMaps, ProbabilityMaps, create_array

BATCH = 8  # images; fixed, so that a prediction does not depend on who computes it
# Augmentations: a mapping is between the images as they are stored.
RANDOM_STEPS = ('Random', 'PhotoMetric')

Compute = Callable[[dict], np.ndarray]


class PairingImages:
    """The training images of both domains of a config.

    Args:
        cfg: A config whose training dataset has one source and a target. Where it
            reads no labels, those of the source are ``pairing.source_labels``.
        scratch: Folder for arrays, the same in all processes.
        device: Where the model runs.
        checkpoint: Weights of the model f^S of ``cfg.model``.
        model: The model itself, instead of a checkpoint.
        oracle: Whether the target's labels may be read.
        amp: Whether the model of a checkpoint predicts in half precision.

    Attributes:
        alpha: Batch statistics that the model of a checkpoint predicts with; None for
            its own.
    """

    def __init__(
        self,
        cfg: Config,
        scratch: Path,
        device: str = 'cpu',
        checkpoint: str | None = None,
        model: nn.Module | None = None,
        oracle: bool = False,
        amp: bool = False,
    ) -> None:
        self.oracle, self.amp = oracle, amp
        self.alpha: float | None = None
        self.cfg, self.scratch, self.device = cfg, scratch, device
        self.checkpoint, self._model = checkpoint, model
        datasets = cfg.train_dataloader.dataset
        labelled = (cfg.get('pairing') or {}).get('source_labels')
        self.source = _build(labelled or datasets.source)
        self.target = _build(datasets.target)
        self.num_classes = len(self.source.metainfo['classes'])

    @cached_property
    def sets(self) -> tuple[ImageSet, ImageSet]:
        """Source and target as a mapping refers to them."""
        return ImageSet.of(self.source), ImageSet.of(self.target)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of an image."""
        return tuple(self.source[0]['inputs'].shape[-2:])

    @cached_property
    def source_labels(self) -> LabelMaps:
        """Label maps of the source."""
        return self._labels(self.source, 'source label maps')

    @cached_property
    def labelled_target(self) -> BaseDataset:
        """The labelled training dataset of the target, for oracles and for analysis.

        Raises:
            ValueError: If no oracle may be asked, or the config names none, or one of
                another number of images.
        """
        labelled = (self.cfg.get('pairing') or {}).get('target_labels')
        if not self.oracle or labelled is None:
            raise ValueError(
                'labels of the target are read by an oracle alone, and '
                'pairing.target_labels of the config must name its labelled training '
                'dataset'
            )
        dataset = _build(labelled)
        if len(dataset) != len(self.target):
            raise ValueError(
                f'pairing.target_labels has {len(dataset)} images, expected '
                f'{len(self.target)}, those of the training target'
            )
        return dataset

    def target_label_blocks(self, memory: int) -> Iterator[LabelMaps]:
        """Label maps of the target, as many at a time as memory holds: the oracle."""
        count, pixels = len(self.labelled_target), int(np.prod(self.size))
        step = max(BATCH, memory // 8 // pixels // BATCH * BATCH)
        for start in range(0, count, step):
            some = range(start, min(start + step, count))
            maps = [_label_batch(b) for b in self._batches(self.labelled_target, some)]
            yield LabelMaps(np.concatenate(maps), self.num_classes)

    def target_labels_of(self, indices: np.ndarray) -> np.ndarray:
        """Label maps of some target images, uint8 (n, L), for analysis alone."""
        batches = self._batches(self.labelled_target, indices.tolist())
        return np.concatenate([_label_batch(batch) for batch in batches])

    def _labels(self, dataset: BaseDataset, what: str) -> LabelMaps:
        pixels = int(np.prod(self.size))
        maps = self._on_disk(dataset, what, (pixels,), np.uint8, _label_batch)
        return LabelMaps(maps, self.num_classes)

    @cached_property
    def model(self) -> nn.Module:
        """f^S, ready to predict.

        Raises:
            ValueError: If there is neither a model nor a checkpoint.
        """
        if self._model is not None:
            return self._model.to(self.device).eval()
        if self.checkpoint is None:
            raise ValueError('this strategy needs the checkpoint of a source model')
        model = load_model_at(self.cfg, self.checkpoint, self.alpha, self.device)
        if self.amp:
            run_in_mixed_precision(getattr(model, 'segmentor', model))
            channels_last(model)
        return model

    def predict_with(self, alpha: float | None) -> None:
        """Predict with these batch statistics, which one process measures for all.

        All processes must call it.
        """
        self.alpha = alpha
        if alpha and not _is_helper():
            with_statistics(self.cfg, Path(self.checkpoint))
        barrier()

    @property
    def predicts(self) -> bool:
        """Whether there is a model."""
        return self._model is not None or self.checkpoint is not None

    @cached_property
    def probabilities(self) -> ProbabilityMaps:
        """Class probabilities that f^S gives the target images."""
        pixels = int(np.prod(self.size))
        found = self._on_disk(
            self.target,
            'predictions of the source model',
            (self.num_classes, pixels),
            np.float32,
            self._predict,
        )
        valid = self._on_disk(
            self.target, 'valid pixels', (pixels,), np.bool_, _valid_batch
        )
        return ProbabilityMaps(found, valid)

    @torch.no_grad()
    def _predict(self, batch: dict) -> np.ndarray:
        samples = self.model.test_step(batch)
        logits = torch.stack([sample.seg_logits.data for sample in samples])
        return logits.float().softmax(1).flatten(2).cpu().numpy()

    def samples(
        self, domain: str, tap: str | None, count: int, seed: int
    ) -> Iterator[Tensor]:
        """Samples of each image of this process's share, (n, D) with n <= ``count``.

        Which locations are picked depends on the seed, the domain and the number of the
        image, not on the images before it: any number of processes picks the same.

        Args:
            domain: ``'source'`` or ``'target'``.
            tap: Layer whose output is the feature space; None for the image itself.
            count: Locations to pick from each image.
            seed: Draws them; not negative.
        """
        dataset = getattr(self, domain)
        mine = share(len(dataset))
        what = f'{"pixels" if tap is None else "features"} of the {domain}'
        batches = track(self._batches(dataset, mine), what, disable=_is_helper())
        sampled = (
            pair for b in batches for pair in zip(*self._sampled(b, tap), strict=True)
        )
        for number, (maps, valid) in zip(mine, sampled, strict=True):
            rng = np.random.default_rng((seed, int(domain == 'target'), number))
            places = rng.permutation(np.flatnonzero(valid.numpy()))[:count]
            yield maps.flatten(1).T[torch.from_numpy(places)].float().cpu()

    @torch.no_grad()
    def _sampled(
        self, batch: dict, tap: str | None
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Maps of a batch, each (D, h, w), and where they are valid, each (h, w)."""
        valid = [torch.from_numpy(v).view(self.size) for v in _valid_batch(batch)]
        if tap is None:
            return batch['inputs'], valid
        segmentor = getattr(self.model, 'segmentor', self.model)
        check_taps(segmentor, (tap,))
        inputs = self.model.data_preprocessor(batch, False)['inputs']
        maps = read_taps(segmentor, inputs, (tap,))[tap]
        stacked = torch.stack(valid).float()[:, None]
        shrunk = F.interpolate(stacked, maps.shape[-2:], mode='area')[:, 0]
        return list(maps), list(shrunk == 1)

    def _batches(self, dataset: BaseDataset, indices: range | list[int]) -> DataLoader:
        workers = self.cfg.train_dataloader.get('num_workers', 0)
        return DataLoader(
            Subset(dataset, indices),
            BATCH,
            num_workers=workers,
            collate_fn=pseudo_collate,
        )

    def _on_disk(
        self,
        dataset: BaseDataset,
        what: str,
        shape: tuple[int, ...],
        dtype: type,
        compute: Compute,
    ) -> np.ndarray:
        """An array with a row for each image, each process filling in its share."""
        file = self.scratch / f'{what.replace(" ", "_")}.npy'
        if not _is_helper():
            create_array(file, (len(dataset), *shape), dtype).flush()
        barrier()
        array = np.load(file, mmap_mode='r+')
        mine = share(len(dataset))
        batches = self._batches(dataset, mine)
        for start, batch in zip(
            mine[::BATCH], track(batches, what, disable=_is_helper()), strict=True
        ):
            rows = compute(batch)
            if rows.shape[1:] != shape:
                raise ValueError(
                    f'{what}: an image gives {rows.shape[1:]} numbers, expected '
                    f'{shape}: all patches must be of one size'
                )
            array[start : start + len(rows)] = rows
        array.flush()
        barrier()
        return array


def share(count: int) -> range:
    """The images of this process: whole batches, in order."""
    rank, world_size = get_dist_info()
    batches = -(-count // BATCH)
    begin, end = (batches * r // world_size * BATCH for r in (rank, rank + 1))
    return range(min(begin, count), min(end, count))


def _is_helper() -> bool:
    """Whether another process speaks for all."""
    return get_dist_info()[0] != 0


def _build(dataset: dict) -> BaseDataset:
    """A dataset without random augmentation."""
    pipeline = [
        step
        for step in dataset['pipeline']
        if not str(step['type']).startswith(RANDOM_STEPS)
    ]
    return DATASETS.build({**dataset, 'pipeline': pipeline})


def _label_batch(batch: dict) -> np.ndarray:
    maps = [sample.gt_sem_seg.data.flatten() for sample in batch['data_samples']]
    if len({len(labels) for labels in maps}) > 1:
        raise ValueError(
            f'label maps of {sorted({len(labels) for labels in maps})} pixels: all '
            'patches must be of one size'
        )
    return torch.stack(maps).to(torch.uint8).numpy()


def _valid_batch(batch: dict) -> np.ndarray:
    masks = []
    for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
        everywhere = torch.ones(image.shape[-2:], dtype=torch.bool)
        masks.append(~sample.invalid.data[0] if 'invalid' in sample else everywhere)
    return torch.stack(masks).flatten(1).numpy()
