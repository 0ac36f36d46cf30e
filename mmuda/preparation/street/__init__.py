"""Making data sets of street scenes from files as they are handed out."""

from mmuda.preparation.street.camvid import camvid_pairs
from mmuda.preparation.street.cityscapes import cityscapes_pairs
from mmuda.preparation.street.gta5 import gta5_pairs
from mmuda.preparation.street.layout import Pair, prepare_street
from mmuda.preparation.street.synthia import synthia_pairs

__all__ = [
    'Pair',
    'camvid_pairs',
    'cityscapes_pairs',
    'gta5_pairs',
    'prepare_street',
    'synthia_pairs',
]
