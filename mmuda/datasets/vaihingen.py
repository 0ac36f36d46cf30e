"""The city of Vaihingen."""

from mmseg.registry import DATASETS

from mmuda.datasets.city import CityDataset


@DATASETS.register_module()
class VaihingenCityDataset(CityDataset):
    """ISPRS Vaihingen at 20 cm: near-infrared, red and green."""

    converter = 'python tools/dataset_converters/vaihingen.py RAW --out data/vaihingen'
    demo_city = 'vaihingen'
