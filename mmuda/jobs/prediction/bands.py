"""Which bands of a scene a model is given."""

from collections.abc import Sequence

from rasterio.io import DatasetReader

from mmuda.datasets.rasters import band_names
from mmuda.datasets.transforms import LoadRaster
from mmuda.jobs.prediction.model import Predictor


def bands_for(
    predictor: Predictor, raster: DatasetReader, bands: Sequence[str | int] | None
) -> list[int]:
    """Numbers, from 1, of the bands of a scene, in the order of the model's.

    Those asked for; else those of the same names as in training, if the scene has them
    all; else all but alpha, if they are as many, an exported model that is given blue,
    green and red in the ``order`` that its checkpoint tells.

    Args:
        predictor: The model.
        raster: The scene.
        bands: Names or numbers that take precedence.

    Raises:
        ValueError: If the scene lacks one, or there are more or fewer than the model
            takes.
    """
    known, names = parsed(predictor.images.get('bands')) or [], band_names(raster)
    if bands is None and known:
        # A number says which band it was only where it was asked for.
        named = all(isinstance(band, str) and band in names for band in known)
        if named or predictor.images.get('by_name'):
            bands = known
    found = LoadRaster(bands).indexes(raster)
    if predictor.bands is not None and len(found) != predictor.bands:
        wanted = f' ({", ".join(map(str, known))})' if known else ''
        raise ValueError(
            f'{raster.name}: {len(found)} bands to be seen, of {", ".join(names)}; '
            f'expected {predictor.bands} as the model was trained on{wanted}: choose '
            'them with --bands'
        )
    if bands is None and 'order' in predictor.images:
        return [found[index] for index in predictor.images['order']]
    return found


def parsed(words: Sequence[str | int] | None) -> list[str | int] | None:
    """Bands as a command line names them: numbers are numbers."""
    if words is None:
        return None
    return [int(word) if str(word).isdigit() else word for word in words]
