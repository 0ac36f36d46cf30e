"""Loading images and labels from rasters of any format, with any bands."""

import inspect
from collections.abc import Sequence

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader
from rasterio.windows import Window

from mmuda.datasets.rasters import band_names, invalid_pixels, open_raster
from mmuda.datasets.taxonomy import check_known, shares
from mmuda.datasets.windows import window_path

META_KEYS = inspect.signature(PackSegInputs).parameters['meta_keys'].default


@TRANSFORMS.register_module()
class LoadRaster(BaseTransform):
    """Load an image from GeoTIFF, PNG, JPEG or whatever else GDAL reads.

    Required Keys:

    - img_path
    - window (Box, optional): The part of the file to read. Nothing else is read.

    Added Keys:

    - img (np.ndarray): Shape (H, W, B), the bands in the order asked for; uint8 as
      stored, any other type as float32. Invalid pixels hold the mean of the valid
      ones, which is neutral after normalisation.
    - img_shape, ori_shape (tuple): Height and width.
    - nodata (np.ndarray): Where there is no valid image: the nodata value, an alpha
      band or a mask say so, or a band is not finite; bool, shape (H, W). Only if there
      is such a pixel.
    - invalid (np.ndarray): The same as uint8, 0 or 1; one of the ``seg_fields``, so
      that it goes with the image through flips and crops.
    - seg_fields (list): With ``'invalid'`` added, where there is such a pixel.

    Args:
        bands: Names (the band's description or colour, in any case) or numbers from 1;
            None for all but an alpha band.

    Raises:
        ValueError: If a band is not in the file, or the file can not be read.
        FileNotFoundError: If there is no such file.
    """

    def __init__(self, bands: Sequence[str | int] | None = None) -> None:
        self.bands = bands

    def transform(self, results: dict) -> dict:
        """Load the image of a sample."""
        window = _window(results)
        with open_raster(results['img_path']) as raster:
            indexes = self.indexes(raster)
            image = np.moveaxis(raster.read(indexes, window=window), 0, -1)
            nodata = invalid_pixels(raster, indexes, window)
        if image.dtype.kind == 'f':
            nodata |= ~np.isfinite(image).all(-1)
        image = np.ascontiguousarray(
            image, None if image.dtype == np.uint8 else np.float32
        )
        results.pop('nodata', None)
        if results.pop('invalid', None) is not None:
            results['seg_fields'].remove('invalid')
        if nodata.any():
            valid = image[~nodata]
            image[nodata] = valid.mean(axis=0) if valid.size else 0
            results['nodata'] = nodata
            results['invalid'] = nodata.astype(np.uint8)
            results.setdefault('seg_fields', []).append('invalid')
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results

    def indexes(self, raster: DatasetReader) -> list[int]:
        """Numbers, from 1, of the bands asked for."""
        if self.bands is None:
            every = zip(raster.indexes, raster.colorinterp, strict=True)
            return [index for index, colour in every if colour != ColorInterp.alpha]
        names = band_names(raster)
        indexes = []
        for band in self.bands:
            if isinstance(band, int) and 1 <= band <= raster.count:
                indexes.append(band)
            elif isinstance(band, str) and band.lower() in names:
                indexes.append(names.index(band.lower()) + 1)
            else:
                raise ValueError(
                    f'{raster.name}: no band {band!r}, expected one of '
                    f'{", ".join(names)} or a number from 1 to {raster.count}'
                )
        return indexes

    def __repr__(self) -> str:
        return f'{type(self).__name__}(bands={self.bands})'


@TRANSFORMS.register_module()
class LoadLabels(BaseTransform):
    """Load class ids from a raster with a single band, after the image.

    A palette PNG gives its indices. As in MMSeg's ``LoadAnnotations``,
    ``reduce_zero_label`` and ``label_map`` of the dataset are applied; pixels in
    ``nodata`` of the image are ignored. Where ``known_ids`` names those of a
    taxonomy, any other id is an error.

    Required Keys:

    - seg_map_path, seg_fields
    - window, label_map, known_ids, reduce_zero_label, ori_shape, nodata (optional)

    Added Keys:

    - gt_seg_map (np.ndarray): Ids, shape (H, W), uint8.

    Args:
        ignore_index: Id of the pixels to ignore.
        num_classes: Ids must be below this number or ``ignore_index``; None for no
            such check.

    Raises:
        ValueError: If the file does not hold one band of valid ids of the image's
            size, or can not be read.
        FileNotFoundError: If there is no such file.
    """

    def __init__(self, ignore_index: int = 255, num_classes: int | None = None) -> None:
        self.ignore_index = ignore_index
        self.num_classes = num_classes

    def transform(self, results: dict) -> dict:
        """Load the labels of a sample."""
        file = results['seg_map_path']
        # Of the image as loaded: test-time augmentation loads labels after resizing.
        labels = _read_ids(results)
        if 'known_ids' in results:
            check_known(labels, {*results['known_ids'], self.ignore_index}, file)
        labels = self._to_train_ids(labels, results)
        self._check(labels, file)
        if 'nodata' in results:
            labels[results['nodata']] = self.ignore_index
        results['gt_seg_map'] = labels.astype(np.uint8)
        results['seg_fields'].append('gt_seg_map')
        return results

    def _to_train_ids(self, labels: np.ndarray, results: dict) -> np.ndarray:
        ids = labels.astype(np.int64)
        if results.get('reduce_zero_label'):
            ids -= 1
            ids[(labels == 0) | (labels == self.ignore_index)] = self.ignore_index
        mapped = ids.copy()
        for old, new in (results.get('label_map') or {}).items():
            mapped[ids == old] = new
        return mapped

    def _check(self, labels: np.ndarray, file: str) -> None:
        highest = 255 if self.num_classes is None else self.num_classes - 1
        wrong = (labels < 0) | (labels > highest)
        wrong &= labels != self.ignore_index
        if wrong.any():
            raise ValueError(
                f'{file}: class ids {shares(labels, wrong)}, expected 0 to {highest} '
                f'or {self.ignore_index} (ignored)'
            )

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(ignore_index={self.ignore_index}, '
            f'num_classes={self.num_classes})'
        )


def _window(results: dict) -> Window | None:
    """The part of its files that a sample is; None for all."""
    return results['window'].of_rasterio() if 'window' in results else None


def _read_ids(results: dict) -> np.ndarray:
    """Ids of a label file, which is not read unless it has the size of its image."""
    file, size = results['seg_map_path'], results.get('ori_shape')
    window = _window(results)
    with open_raster(file) as raster:
        if raster.count != 1 or 'int' not in raster.dtypes[0]:
            raise ValueError(
                f'{file}: {raster.count} bands of {raster.dtypes[0]}, expected one '
                'band of integer class ids'
            )
        part = window or raster
        if size is not None and (part.height, part.width) != tuple(size):
            raise ValueError(
                f'{file}: labels of {part.height} x {part.width} pixels, expected '
                f'{size[0]} x {size[1]} as in {results.get("img_path")}'
            )
        return raster.read(1, window=window)


@TRANSFORMS.register_module()
class PackRaster(PackSegInputs):
    """MMSeg's ``PackSegInputs`` that tells the model where an image is invalid.

    Required Keys:

    - those of ``PackSegInputs``
    - invalid, patch (optional)

    The data sample gets ``invalid``, bool, shape (1, H, W), where ``LoadRaster`` found
    such a pixel; the preprocessor makes ``DomainBatch.valid`` of it. The ``img_path``
    of a part of a scene says which: what is written of it has a name of its own.

    Args:
        meta_keys: Those of MMSeg, and where in its scene a window lies.
    """

    def __init__(self, meta_keys: Sequence[str] = (*META_KEYS, 'window')) -> None:
        super().__init__(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack a sample."""
        if 'patch' in results:
            path = window_path(results['img_path'], results['patch'])
            results = {**results, 'img_path': path}
        packed = super().transform(results)
        if 'invalid' in results:
            mask = torch.from_numpy(results['invalid'] != 0)[None]
            packed['data_samples'].set_data(dict(invalid=PixelData(data=mask)))
        return packed
