"""The streets of GTA5."""

from mmseg.registry import DATASETS

from mmuda.datasets.street import StreetDataset


@DATASETS.register_module()
class GTA5Dataset(StreetDataset):
    """GTA5 (Richter et al. 2016): 24,966 rendered scenes, 19 classes."""

    converter = 'python tools/dataset_converters/gta5.py RAW --out data/gta5'
    demo_street = 'gta5'
