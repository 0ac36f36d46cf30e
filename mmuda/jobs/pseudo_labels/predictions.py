"""What a model predicts on the target, reduced to what a strategy keeps, on disk."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import BaseDataset, pseudo_collate
from mmseg.structures import SegDataSample
from rich.progress import Progress
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from mmuda.files import write_atomically
from mmuda.jobs.pseudo_labels.features import recorded_features
from mmuda.jobs.pseudo_labels.job import LabellingJob
from mmuda.pseudo_labels import Kept, Prediction, Rectifier, Strategy

# Fixed: a prediction must not depend on where a job was stopped.
BLOCK = 8  # images
PIXELS_AT_ONCE = 2**21


class Predictions:
    """What is kept of each image, a file each, read one at a time.

    Args:
        job: The job.
        strategy: Says what to keep.
        folder: Where the files lie.
        rectifiers: What corrects predictions before, in this order.
    """

    def __init__(
        self,
        job: LabellingJob,
        strategy: Strategy,
        folder: Path,
        rectifiers: Sequence[Rectifier] = (),
    ) -> None:
        self.job, self.strategy, self.folder = job, strategy, folder
        self.rectifiers = rectifiers

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
            for index, found in corrected(self.job, missing, self.rectifiers):
                kept = self.strategy.reduce_with_image(
                    partial(self._image, index), found.probabilities, found.valid
                )
                with write_atomically(self._file(index), 'wb') as file:
                    np.savez(file, **kept)
                progress.advance(bar)


def corrected(
    job: LabellingJob,
    indices: Sequence[int],
    rectifiers: Sequence[Rectifier] = (),
    taps: Collection[str] = (),
) -> Iterator[tuple[int, Prediction]]:
    """What the model of a job says of some images, by their numbers, corrected.

    Args:
        job: The job.
        indices: Whole blocks, but for the last of all images.
        rectifiers: What corrects it, in this order.
        taps: Submodules whose outputs are asked for, besides those that these read.
    """
    taps = {*taps, *(tap for rectifier in rectifiers for tap in rectifier.taps)}
    for index, sample, features in predict_all(job, indices, taps):
        probabilities = sample.seg_logits.data.float().softmax(0)
        valid = valid_pixels(sample, probabilities)
        found = Prediction(probabilities, probabilities, valid, features)
        for rectifier in rectifiers:
            found.probabilities = rectifier.rectify(found)
        yield index, found


def predict_all(
    job: LabellingJob, indices: Sequence[int], taps: Collection[str] = ()
) -> Iterator[tuple[int, SegDataSample, dict[str, Tensor]]]:
    """Predictions of the model of a job: numbers, samples and outputs of submodules.

    Args:
        job: The job.
        indices: Whole blocks, but for the last of all images.
        taps: Submodules of the segmentor.
    """
    workers = job.cfg.train_dataloader.get('num_workers', 0)
    model = job.load_model()
    yield from predict_images(model, job.images, indices, workers, taps)


@torch.no_grad()
def predict_images(
    model: nn.Module,
    images: BaseDataset,
    indices: Sequence[int],
    workers: int,
    taps: Collection[str] = (),
) -> Iterator[tuple[int, SegDataSample, dict[str, Tensor]]]:
    """What a model says of some images of a data set; see :func:`predict_all`."""
    loader = DataLoader(
        Subset(images, indices), BLOCK, num_workers=workers, collate_fn=list
    )
    numbers = iter(indices)
    with recorded_features(getattr(model, 'segmentor', model), taps) as features:
        for group in (group for samples in loader for group in _groups(samples)):
            predicted = model.test_step(pseudo_collate(group))
            outputs = features()
            for place, sample in enumerate(predicted):
                mine = {tap: output[place] for tap, output in outputs.items()}
                yield next(numbers), sample, mine


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
