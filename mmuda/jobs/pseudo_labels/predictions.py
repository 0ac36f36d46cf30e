"""What a model predicts on the target, reduced to what a strategy keeps, on disk."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import BaseDataset, pseudo_collate
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from rich.progress import Progress
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.engine.checkpoint import load_weights
from mmuda.files import write_atomically
from mmuda.jobs.pseudo_labels.job import LabellingJob
from mmuda.pseudo_labels import Kept, Strategy

# Fixed: a prediction must not depend on where a job was stopped.
BLOCK = 8  # images
PIXELS_AT_ONCE = 2**21


class Predictions:
    """What is kept of each image, a file each, read one at a time.

    Args:
        job: The job.
        strategy: Says what to keep.
        folder: Where the files lie.
    """

    def __init__(self, job: LabellingJob, strategy: Strategy, folder: Path) -> None:
        self.job, self.strategy, self.folder = job, strategy, folder

    def _file(self, index: int) -> Path:
        return self.folder / f'{index}.npz'

    def __getitem__(self, index: int) -> Kept:
        with np.load(self._file(index)) as kept:
            return dict(kept)

    def __iter__(self) -> Iterator[Kept]:
        return (self[index] for index in range(len(self.job.names)))

    def _image(self, index: int) -> Tensor:
        return self.job.images[index]['inputs']

    def make(self) -> None:
        """Predict what is missing, in blocks."""
        count = len(self.job.names)
        blocks = [range(i, min(i + BLOCK, count)) for i in range(0, count, BLOCK)]
        todo = [b for b in blocks if not all(self._file(i).is_file() for i in b)]
        if not todo:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [index for block in todo for index in block]
        with Progress() as progress:
            bar = progress.add_task('predictions', total=len(missing))
            for index, sample in predict_all(self.job, missing):
                probabilities = sample.seg_logits.data.float().softmax(0)
                valid = valid_pixels(sample, probabilities)
                load = partial(self._image, index)
                kept = self.strategy.reduce_with_image(load, probabilities, valid)
                with write_atomically(self._file(index), 'wb') as file:
                    np.savez(file, **kept)
                progress.advance(bar)


def predict_all(
    job: LabellingJob, indices: Sequence[int]
) -> Iterator[tuple[int, SegDataSample]]:
    """What the model of a job says of some images: their numbers and predictions.

    Args:
        job: The job.
        indices: Whole blocks, but for the last of all images.
    """
    workers = job.cfg.train_dataloader.get('num_workers', 0)
    yield from predict_images(load_model(job), job.images, indices, workers)


@torch.no_grad()
def predict_images(
    model: nn.Module, images: BaseDataset, indices: Sequence[int], workers: int
) -> Iterator[tuple[int, SegDataSample]]:
    """What a model says of some images of a data set; see :func:`predict_all`."""
    loader = DataLoader(
        Subset(images, indices), BLOCK, num_workers=workers, collate_fn=list
    )
    numbers = iter(indices)
    for samples in loader:
        for group in _groups(samples):
            for predicted in model.test_step(pseudo_collate(group)):
                yield next(numbers), predicted


def load_model(job: LabellingJob) -> nn.Module:
    """The model of a job, ready to predict, on the GPU if there is one.

    An adaptor in eval mode has the batch statistics that its config declares.
    """
    model = MODELS.build(job.cfg.model)
    load_weights(model, job.checkpoint)
    model.to('cuda' if torch.cuda.is_available() else 'cpu').eval()
    if job.amp:
        run_in_mixed_precision(getattr(model, 'segmentor', model))
        channels_last(model)
    return model


def _groups(samples: list[dict]) -> Iterator[list[dict]]:
    """Neighbours of one size, as many as may be predicted at once."""

    def sizes(sample: dict) -> tuple:
        return tuple(sample['inputs'].shape), tuple(sample['data_samples'].ori_shape)

    for (_, size), members in groupby(samples, sizes):
        group = list(members)
        step = max(1, PIXELS_AT_ONCE // (size[0] * size[1]))
        for start in range(0, len(group), step):
            yield group[start : start + step]


def valid_pixels(sample: SegDataSample, like: Tensor) -> Tensor:
    """Where the image of a sample is no nodata, bool (H, W)."""
    nodata = sample.metainfo.get('nodata')
    if nodata is None:
        return torch.ones(like.shape[1:], dtype=torch.bool, device=like.device)
    return torch.from_numpy(~nodata).to(like.device)
