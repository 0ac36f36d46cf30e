"""The city of Buxtehude."""

from mmseg.registry import DATASETS

from mmuda.datasets.city import CityDataset


@DATASETS.register_module()
class BuxtehudeCityDataset(CityDataset):
    """Buxtehude (3Cities, not public) at 20 cm: near-infrared, red and green."""

    converter = 'python tools/dataset_converters/three_cities.py buxtehude RAW'
    demo_city = 'buxtehude'
