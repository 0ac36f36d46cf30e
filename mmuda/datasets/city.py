"""What the city data sets have in common: the classes of ISPRS and the layout."""

from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.taxonomy import read_taxonomy

ISPRS = read_taxonomy('isprs6')
CLASSES, PALETTE = ISPRS.classes, ISPRS.colours


class CityDataset(FolderDataset):
    """A city as :func:`mmuda.datasets.preparation.prepare_city` writes it.

    Images are GeoTIFF with named bands, labels PNG with ids 0 to 5 and 255 = ignored.
    Without ``seg_map_path`` in ``data_prefix`` the city is unlabelled.
    """

    METAINFO = ISPRS.metainfo
    taxonomy = 'isprs6'

    converter: str = ''  # the command that makes the data
    demo_city: str | None = None  # the procedural city that stands in with --demo

    def __init__(
        self, img_suffix: str = '.tif', seg_map_suffix: str = '.png', **kwargs: object
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    @property
    def advice(self) -> str:
        """How to come by the data."""
        return f'; make it with `{self.converter}`, or try --demo, which needs no data'
