"""Datasets, the domains they form, and how their images are loaded."""

from mmuda.datasets import samplers, transforms
from mmuda.datasets.buxtehude import BuxtehudeCityDataset
from mmuda.datasets.city import CityDataset
from mmuda.datasets.domain import DomainConcatDataset
from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.hannover import HannoverCityDataset
from mmuda.datasets.nienburg import NienburgCityDataset
from mmuda.datasets.potsdam import PotsdamCityDataset
from mmuda.datasets.vaihingen import VaihingenCityDataset

__all__ = [
    'BuxtehudeCityDataset',
    'CityDataset',
    'DomainConcatDataset',
    'FolderDataset',
    'HannoverCityDataset',
    'NienburgCityDataset',
    'PotsdamCityDataset',
    'VaihingenCityDataset',
    'samplers',
    'transforms',
]
