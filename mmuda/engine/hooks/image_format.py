"""What the images of each domain are like, kept with the model."""

from collections.abc import Sequence
from contextlib import suppress

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import nn

from mmuda.datasets.rasters import band_names, ground_sampling_distance, open_raster
from mmuda.datasets.transforms import LoadRaster
from mmuda.engine.wrapped import innermost

IMAGES_KEY = 'mmuda_images'
OPENCV = (3, 2, 1)  # bands in the order in which MMSeg's loader reads colours
CROPS = ('crop_size', 'size')


@HOOKS.register_module()
class ImageFormatHook(Hook):
    """Puts into every checkpoint what its model expects of images, by domain.

    ``checkpoint['meta']['mmuda_images'][domain]`` has ``bands`` (their names in order),
    ``by_name`` (whether the training asked for them by name or number; otherwise it
    took all that a file has), ``dtype``, ``size_px`` (what the model saw at a time),
    ``gsd_m`` (metres per pixel, None without georeference), ``mean`` and ``std`` (in
    the order of the bands as the network sees them; None if images are not normalised).
    With it and the weights a scene can be predicted without any data set.
    """

    def __init__(self) -> None:
        self.images: dict[str, dict] = {}

    def before_train(self, runner: Runner) -> None:
        """Look at the first image of each domain."""
        dataset = runner.train_dataloader.dataset
        names = getattr(dataset, 'domains', ['source'])
        members = getattr(dataset, 'datasets', [dataset])
        for name, member in zip(names, members, strict=False):
            self.images[name] = image_format(member)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put it down, with the statistics as they are now."""
        preprocessor = innermost(runner.model).data_preprocessor
        checkpoint['meta'][IMAGES_KEY] = {
            name: {**found, **statistics(preprocessor, name)}
            for name, found in self.images.items()
        }


def image_format(dataset: object) -> dict:
    """What the images of a data set are like: those of its first sample.

    What can not be told is left out.
    """
    steps = list(getattr(getattr(dataset, 'pipeline', None), 'transforms', ()))
    sample = dataset.get_data_info(0) if len(dataset) else {}
    bands = next((s.bands for s in steps if hasattr(s, 'bands')), None)
    if any(type(step).__name__ == 'LoadImageFromFile' for step in steps):
        bands = OPENCV
    found = {} if bands is None else dict(bands=list(bands), by_name=True)
    # Not all images are raster files: some are patches drawn from scenes.
    with suppress(KeyError, FileNotFoundError, ValueError):
        found |= _of_file(sample['img_path'], bands)
    size = _cropped(steps) or sample.get('size_px')
    return {**found, 'size_px': size} if size else found


def _of_file(file: str, bands: Sequence[str | int] | None) -> dict:
    with open_raster(file) as raster:
        names = band_names(raster)
        return dict(
            bands=[names[index - 1] for index in LoadRaster(bands).indexes(raster)],
            by_name=bands is not None,
            dtype=raster.dtypes[0],
            gsd_m=ground_sampling_distance(raster),
            size_px=max(raster.shape),
        )


def _cropped(steps: list) -> int | None:
    """The longer side of what a pipeline crops, None if it does not."""
    for step in reversed(steps):
        if 'Crop' in type(step).__name__:
            size = next((getattr(step, k) for k in CROPS if hasattr(step, k)), None)
            if size is not None:
                return max(size) if isinstance(size, (tuple, list)) else int(size)
    return None


def statistics(preprocessor: nn.Module, domain: str) -> dict:
    """Mean and standard deviation that a preprocessor normalises a domain with."""
    of = getattr(preprocessor, '_of', lambda name: preprocessor)(domain)
    if not getattr(of, '_enable_normalize', False):
        return dict(mean=None, std=None)
    return {name: getattr(of, name).flatten().tolist() for name in ('mean', 'std')}
