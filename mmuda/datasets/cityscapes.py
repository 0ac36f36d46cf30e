"""The streets of Cityscapes."""

from mmseg.registry import DATASETS

from mmuda.datasets.street import StreetDataset


@DATASETS.register_module()
class CityscapesStreetDataset(StreetDataset):
    """Cityscapes (Cordts et al. 2016): 3475 labelled photos, 19 classes.

    MMSeg's own ``CityscapesDataset`` reads another layout; it has the same classes.
    """

    converter = (
        'python tools/dataset_converters/cityscapes.py RAW --out data/cityscapes'
    )
    demo_street = 'cityscapes'
