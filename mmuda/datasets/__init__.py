"""Datasets, the domains they form, and how their images are loaded."""

from mmuda.datasets import samplers, transforms
from mmuda.datasets.buxtehude import BuxtehudeCityDataset
from mmuda.datasets.camvid import CamVidDataset
from mmuda.datasets.city import CityDataset
from mmuda.datasets.cityscapes import CityscapesStreetDataset
from mmuda.datasets.domain import DomainConcatDataset
from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.gta5 import GTA5Dataset
from mmuda.datasets.hannover import HannoverCityDataset
from mmuda.datasets.nienburg import NienburgCityDataset
from mmuda.datasets.potsdam import PotsdamCityDataset
from mmuda.datasets.prepared import PreparedDataset
from mmuda.datasets.street import StreetDataset
from mmuda.datasets.synthia import SYNTHIADataset
from mmuda.datasets.vaihingen import VaihingenCityDataset

__all__ = [
    'BuxtehudeCityDataset',
    'CamVidDataset',
    'CityDataset',
    'CityscapesStreetDataset',
    'DomainConcatDataset',
    'FolderDataset',
    'GTA5Dataset',
    'HannoverCityDataset',
    'NienburgCityDataset',
    'PotsdamCityDataset',
    'PreparedDataset',
    'SYNTHIADataset',
    'StreetDataset',
    'VaihingenCityDataset',
    'samplers',
    'transforms',
]
