"""The city of Hannover."""

from mmseg.registry import DATASETS

from mmuda.datasets.city import CityDataset


@DATASETS.register_module()
class HannoverCityDataset(CityDataset):
    """Hannover (3Cities, not public) at 20 cm: near-infrared, red and green."""

    converter = 'python tools/dataset_converters/three_cities.py hannover RAW'
    demo_city = 'hannover'
