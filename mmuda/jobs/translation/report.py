"""What a translation did: pictures, colours of the classes, semantic consistency."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS, MODELS
from rasterio.windows import Window
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import nn

from mmuda.datasets.rasters import band_names, invalid_pixels, open_raster
from mmuda.datasets.transforms import LoadRaster
from mmuda.engine.checkpoint import load_weights
from mmuda.evaluation import write_figures
from mmuda.jobs.config import load_config
from mmuda.jobs.translation.jobs import Job
from mmuda.jobs.translation.writing import band_indexes
from mmuda.visualization import save_histograms, save_panels, stretched_together

NUM_FILES = 64  # that are looked at, evenly spaced
NUM_PANELS = 6
WINDOW_PX = 512  # of a scene, in its middle
BINS = 64
IGNORED = 255


def report(
    cfg: Config,
    job: Job,
    out: Path,
    labels: Path | None = None,
    segmentor: tuple[str, str] | None = None,
    **loading: object,
) -> dict:
    """Write a report on a finished job.

    ``before_after.png``; ``histograms.png``, of all pixels and, with labels, of each
    class; ``report.json`` with the mean and standard deviation of each band before
    and after and, with a segmentor, how far its predictions agree: the share of
    pixels that it gives the same class before and after translation. That is high
    where the content was kept, and also where the segmentor sees no difference, so
    that it is to be read beside the pictures.

    Args:
        cfg: Config of the translator.
        job: The job.
        out: Folder of the report.
        labels: Folder of labels, as they were linked.
        segmentor: Config and checkpoint.
        **loading: How the config of the segmentor is loaded, such as ``demo=True``.

    Returns:
        The content of ``report.json``.
    """
    chosen = np.linspace(0, len(job.files) - 1, min(NUM_FILES, len(job.files)))
    names = [list(job.files)[int(index)] for index in chosen]
    pairs = [_Pair(job, name, labels) for name in names]
    _draw_panels(pairs, out / 'before_after.png')
    figures = {'images': len(pairs), 'bands': _moments(pairs)}
    _draw_histograms(cfg, pairs, out / 'histograms.png')
    if segmentor:
        figures['consistency'] = consistency(pairs, *segmentor, **loading)
    write_figures(out / 'report.json', figures)
    _print(figures, out)
    return figures


class _Pair:
    """An image before and after, and its labels; of scenes, the middle."""

    def __init__(self, job: Job, name: str, labels: Path | None) -> None:
        self.files = job.files[name], job.out / name
        with open_raster(self.files[0]) as raster:
            indexes = band_indexes(raster, job.route.bands)
            self.bands = [band_names(raster)[index - 1] for index in indexes]
            size = [min(n, WINDOW_PX) for n in raster.shape]
            top, left = ((n - s) // 2 for n, s in zip(raster.shape, size, strict=True))
            self.window = Window(left, top, size[1], size[0])
            self.valid = ~invalid_pixels(raster, indexes, self.window)
            self.eight_bits = raster.dtypes[0] == 'uint8'
        self.before, self.after = (self._read(f, indexes) for f in self.files)
        found = sorted(labels.glob(f'{Path(name).stem}.*')) if labels else []
        self.labels = self._read(found[0], [1])[..., 0] if found else None

    def _read(self, file: Path, indexes: list[int]) -> np.ndarray:
        with open_raster(file) as raster:
            return np.moveaxis(raster.read(indexes, window=self.window), 0, -1)

    @property
    def states(self) -> dict[str, np.ndarray]:
        return {'before': self.before, 'after': self.after}


def _draw_panels(pairs: list[_Pair], file: Path) -> None:
    rows = [
        stretched_together(list(pair.states.values()), pair.eight_bits)
        for pair in pairs[:: -(-len(pairs) // NUM_PANELS)]
    ]
    save_panels(file, rows, ['before', 'after'])


def _moments(pairs: list[_Pair]) -> dict:
    """Mean and standard deviation of each band over the images looked at."""
    figures = {}
    for index, band in enumerate(pairs[0].bands):
        for state in ('before', 'after'):
            values = np.concatenate(
                [p.states[state][p.valid][:, index].astype(float) for p in pairs]
            )
            figures[f'{band} {state}'] = {
                'mean': float(values.mean()) if values.size else None,
                'std': float(values.std()) if values.size else None,
            }
    return figures


def _draw_histograms(cfg: Config, pairs: list[_Pair], file: Path) -> None:
    levels = [p.states[s][p.valid] for p in pairs for s in p.states if p.valid.any()]
    if not levels:
        return
    limits = (0.0, 255.0)
    if not pairs[0].eight_bits:
        lowest, highest = zip(
            *(np.percentile(values, (0.5, 99.5)) for values in levels), strict=True
        )
        limits = float(min(lowest)), float(max(highest))
    groups = {'all pixels': lambda pair: pair.valid}
    if all(pair.labels is not None for pair in pairs):
        for index, name in enumerate(_classes(cfg, pairs)):
            groups[name] = lambda pair, i=index: pair.valid & (pair.labels == i)
    histograms = {}
    for group, mask in groups.items():
        counts = {
            state: sum(_count(p.states[state][mask(p)], limits) for p in pairs)
            for state in ('before', 'after')
        }
        if counts['before'].any():
            histograms[group] = counts
    save_histograms(file, histograms, pairs[0].bands, limits)


def _classes(cfg: Config, pairs: list[_Pair]) -> list[str]:
    """Names of the classes, or their numbers where the dataset is not built."""
    member = cfg.train_dataloader.dataset.source
    known = (member.get('metainfo') or {}).get('classes') or getattr(
        DATASETS.get(member.type), 'METAINFO', {}
    ).get('classes')
    if known:
        return list(known)
    found = {int(i) for pair in pairs for i in np.unique(pair.labels)} - {IGNORED}
    return [f'class {index}' for index in range(max(found, default=-1) + 1)]


def _count(pixels: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Histogram of each band of pixels (P, bands), shape (bands, BINS)."""
    return np.stack(
        [np.histogram(band, bins=BINS, range=limits)[0] for band in pixels.T]
    )


def consistency(
    pairs: list[_Pair], config: str, checkpoint: str, **loading: object
) -> dict:
    """How far a segmentor's predictions agree before and after translation.

    Args:
        pairs: What it predicts on.
        config: Config of the segmentor; its test pipeline says which bands it sees.
        checkpoint: Its checkpoint.
        **loading: What else :func:`load_config` is to know.

    Returns:
        ``agreement`` in percent, and ``agreement.<class>`` of the pixels that were
        given a class before.
    """
    cfg = load_config(config, **loading)
    model = MODELS.build(cfg.model)
    load_weights(model, checkpoint)
    dataset = cfg.test_dataloader.dataset
    steps = [s for s in dataset.get('pipeline', ()) if s['type'] == 'LoadRaster']
    bands = steps[0].get('bands') if steps else None
    classes = model.decode_head.num_classes
    confusion = np.zeros((classes, classes), np.int64)
    for before, after, valid in _predictions(model.eval(), pairs, bands):
        places = before[valid].astype(int) * classes + after[valid]
        confusion += np.bincount(places, minlength=classes**2).reshape(classes, -1)
    names = (dataset.get('metainfo') or {}).get('classes') or getattr(
        DATASETS.get(dataset.type), 'METAINFO', {}
    ).get('classes', range(classes))
    same, totals = np.diag(confusion), confusion.sum(1)
    figures = {'agreement': 100 * float(same.sum()) / max(int(totals.sum()), 1)}
    for name, right, total in zip(names, same, totals, strict=True):
        figures[f'agreement.{name}'] = 100 * float(right / total) if total else None
    return figures


@torch.no_grad()
def _predictions(
    model: nn.Module, pairs: list[_Pair], bands: list | None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Predicted classes before and after, and which pixels are valid."""
    from mmseg.structures import SegDataSample

    model.to('cuda' if torch.cuda.is_available() else 'cpu')
    for pair in track(pairs, 'predictions before and after'):
        maps = []
        for file in pair.files:
            with open_raster(file) as raster:
                indexes = LoadRaster(bands).indexes(raster)
                image = torch.from_numpy(raster.read(indexes, window=pair.window))
            size = tuple(image.shape[1:])
            meta = dict(img_shape=size, ori_shape=size, pad_shape=size)
            sample = dict(inputs=image, data_samples=SegDataSample(metainfo=meta))
            (result,) = model.test_step(pseudo_collate([sample]))
            maps.append(result.pred_sem_seg.data[0].cpu().numpy())
        yield maps[0], maps[1], pair.valid


def _print(figures: dict, out: Path) -> None:
    table = Table('', 'before', 'after')
    for band in {key.rpartition(' ')[0]: None for key in figures['bands']}:
        cells = [figures['bands'][f'{band} {state}'] for state in ('before', 'after')]
        texts = [f'{c["mean"] or 0:.1f} ± {c["std"] or 0:.1f}' for c in cells]
        table.add_row(band, *texts)
    console = Console()
    console.print(table)
    for name, value in figures.get('consistency', {}).items():
        console.print(f'{name}: ' + ('-' if value is None else f'{value:.1f} %'))
    console.print(f'report: {out}')
