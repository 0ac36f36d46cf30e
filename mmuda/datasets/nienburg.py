"""The city of Nienburg."""

from mmseg.registry import DATASETS

from mmuda.datasets.city import CityDataset


@DATASETS.register_module()
class NienburgCityDataset(CityDataset):
    """Nienburg (3Cities, not public) at 20 cm: near-infrared, red and green."""

    converter = 'python tools/dataset_converters/three_cities.py nienburg RAW'
    demo_city = 'nienburg'
