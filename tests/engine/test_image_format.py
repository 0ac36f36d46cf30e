"""What a checkpoint says of the images that its model was trained on."""

import numpy as np
import pytest
import rasterio
from mmseg.registry import DATASETS
from rasterio.transform import from_origin

from mmuda.engine.hooks.image_format import image_format, statistics
from mmuda.models.data_preprocessor import DomainDataPreprocessor

FEET = 'EPSG:2263'  # New York, in US survey feet


def data_set(folder, loader, crop=None, **place):
    """One image of four bands, three of them with a name."""
    (folder / 'images').mkdir(parents=True)
    shape = dict(count=4, height=30, width=40, dtype='uint16')
    file = folder / 'images/a.tif'
    with rasterio.open(file, 'w', driver='GTiff', **shape, **place) as raster:
        raster.write(np.ones((4, 30, 40), np.uint16))
        raster.descriptions = ('red', 'green', 'NIR', None)
    crops = [] if crop is None else [dict(type='RandomCrop', crop_size=crop)]
    return DATASETS.build(
        dict(
            type='FolderDataset',
            data_root=str(folder),
            data_prefix=dict(img_path='images'),
            img_suffix='.tif',
            metainfo=dict(classes=('a', 'b')),
            pipeline=[loader, *crops, dict(type='PackRaster')],
        )
    )


@pytest.mark.parametrize(
    ('loader', 'bands', 'by_name'),
    [
        (dict(type='LoadRaster'), ['red', 'green', 'nir', '4'], False),
        (dict(type='LoadRaster', bands=['nir', 2]), ['nir', 'green'], True),
        # MMSeg's reads blue, green, red.
        (dict(type='LoadImageFromFile'), ['nir', 'green', 'red'], True),
    ],
)
def test_bands(tmp_path, loader, bands, by_name):
    found = image_format(data_set(tmp_path, loader))
    assert found['bands'] == bands
    assert found['by_name'] == by_name
    assert found['dtype'] == 'uint16'
    assert found['size_px'] == 40
    assert found['gsd_m'] is None


def test_ground_sampling_distance_and_crop(tmp_path):
    place = dict(crs=FEET, transform=from_origin(9e5, 2e5, 0.5, 0.5))
    loader = dict(type='LoadRaster')
    found = image_format(data_set(tmp_path, loader, (16, 24), **place))
    assert found['gsd_m'] == pytest.approx(0.5 * 1200 / 3937)
    assert found['size_px'] == 24


def test_images_that_are_no_rasters(tmp_path):
    dataset = data_set(tmp_path, dict(type='LoadRaster', bands=['nir']))
    (tmp_path / 'images/a.tif').write_bytes(b'no raster')
    assert image_format(dataset) == dict(bands=['nir'], by_name=True)


def test_statistics_by_domain():
    own = dict(source=dict(mean=[1.0, 2], std=[3.0, 4]))
    preprocessor = DomainDataPreprocessor(domains=own, size_divisor=1)
    assert statistics(preprocessor, 'source') == own['source']
    assert statistics(preprocessor, 'target') == dict(mean=None, std=None)
