"""A dataset of one's own."""

from mmseg.registry import DATASETS

from mmuda.datasets import FolderDataset


@DATASETS.register_module()
class VillageDataset(FolderDataset):
    """Villages with the six classes of ISPRS, as GeoTIFF and PNG."""

    METAINFO = dict(
        classes=(
            'impervious_surface',
            'building',
            'low_vegetation',
            'tree',
            'car',
            'clutter',
        ),
        palette=[
            [255, 255, 255],
            [0, 0, 255],
            [0, 255, 255],
            [0, 255, 0],
            [255, 255, 0],
            [255, 0, 0],
        ],
    )
    advice = '; ask the villages for it'
