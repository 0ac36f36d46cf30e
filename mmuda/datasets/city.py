"""What the city data sets have in common: the classes of ISPRS and the layout."""

from pathlib import Path

from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.files import read_json

ISPRS = read_taxonomy('isprs6')
CLASSES, PALETTE = ISPRS.classes, ISPRS.colours


class CityDataset(FolderDataset):
    """A city as :func:`mmuda.preparation.prepare_city` writes it.

    Images are GeoTIFF with named bands, labels PNG with ids 0 to 5 and 255 = ignored.
    Without ``seg_map_path`` in ``data_prefix`` the city is unlabelled.

    Args:
        random_patches: With a number, the samples are not the stored patches but as
            many from each training image, cut at random in the same way when they are
            loaded by ``LoadRandomPatch`` (and ``LoadRandomPatchLabels``): the first of
            them are the stored ones. ``data_prefix`` then names the folder of the
            scenes.
    """

    METAINFO = ISPRS.metainfo
    taxonomy = 'isprs6'

    converter: str = ''  # the command that makes the data
    demo_city: str | None = None  # the procedural city that stands in with --demo

    def __init__(
        self,
        img_suffix: str = '.tif',
        seg_map_suffix: str = '.png',
        random_patches: int | None = None,
        **kwargs: object,
    ) -> None:
        self.random_patches = random_patches
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    @property
    def advice(self) -> str:
        """How to come by the data."""
        return f'; make it with `{self.converter}`, or try --demo, which needs no data'

    def load_data_list(self) -> list[dict]:
        """Paths of the stored patches, or what the picked ones are picked from."""
        if self.random_patches is None:
            return super().load_data_list()
        manifest = Path(self.data_root, 'manifest.json')
        if not manifest.is_file():
            raise FileNotFoundError(
                f'{type(self).__name__}: no file {manifest}{self.advice}'
            )
        made = read_json(manifest)
        plan = {key: made['identity'][key] for key in ('seed', 'size_px')}
        folder = Path(self.data_prefix['img_path'])
        return [
            dict(
                img_path=str(folder / f'{image}.tif'),
                patch=index,
                **plan,
                label_map=self.label_map,
                reduce_zero_label=self.reduce_zero_label,
                seg_fields=[],
            )
            for image in made['train']['images']
            for index in range(self.random_patches)
        ]
