"""Small scenes and labels of a user, made in code."""

import numpy as np
import rasterio
from rasterio.transform import from_origin

GSD = 0.2
CORNER = (550_000, 5_802_000)
BANDS = ('red', 'green', 'blue', 'nir')


def write_raster(file, pixels, crs='EPSG:25832', corner=CORNER, size=GSD, **profile):
    """A GeoTIFF of pixels (B, H, W); ``size`` in units of ``crs``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = pixels.shape
    sides = dict(count=count, height=height, width=width, dtype=pixels.dtype)
    where = from_origin(*corner, size, size) if crs else None
    names = profile.pop('names', ())
    options = dict(driver='GTiff', photometric='minisblack') | profile
    with rasterio.open(
        file, 'w', **sides, crs=crs, transform=where, **options
    ) as raster:
        raster.write(pixels)
        if names:
            raster.descriptions = names
    return file


def make(height=90, width=120, seed=0):
    """Image (4, H, W) and labels (1, H, W) of three classes in patches."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(3, size=(height // 10, width // 10), dtype=np.uint8)
    labels = np.kron(patches, np.ones((10, 10), np.uint8))[None]
    image = 60 * labels + rng.integers(1, 60, (4, height, width)).astype(np.uint8)
    return image, labels
