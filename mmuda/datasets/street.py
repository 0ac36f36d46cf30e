"""What the street scenes have in common: the classes of Cityscapes and the layout."""

from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.taxonomy import read_taxonomy


class StreetDataset(FolderDataset):
    """Street scenes as :func:`mmuda.preparation.prepare_street` writes them.

    Images are PNG, labels PNG with train ids from 0 and 255 = ignored. Without
    ``seg_map_path`` in ``data_prefix`` the scenes are unlabelled. ``mapping`` leads to
    fewer classes, such as ``cityscapes19_to_cityscapes16``.
    """

    METAINFO = read_taxonomy('cityscapes19').metainfo
    taxonomy = 'cityscapes19'

    converter: str = ''  # the command that makes the data
    demo_street: str | None = None  # the procedural street that stands in with --demo
    # Demo images are so much smaller than real ones, in width and in height.
    demo_scale = 0.125

    def __init__(
        self, img_suffix: str = '.png', seg_map_suffix: str = '.png', **kwargs: object
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    @property
    def advice(self) -> str:
        """How to come by the data."""
        return f'; make it with `{self.converter}`, or try --demo, which needs no data'
