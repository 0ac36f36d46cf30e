"""The city of Potsdam."""

from mmseg.registry import DATASETS

from mmuda.datasets.city import CityDataset


@DATASETS.register_module()
class PotsdamCityDataset(CityDataset):
    """ISPRS Potsdam at 20 cm: near-infrared, red and green."""

    converter = 'python tools/dataset_converters/potsdam.py RAW --out data/potsdam'
    demo_city = 'potsdam'
