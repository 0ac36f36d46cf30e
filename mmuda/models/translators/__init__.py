"""Image translators, one file each."""

from mmuda.models.translators import classical
from mmuda.models.translators.base import Translator, as_translator
from mmuda.models.translators.colormapgan import ColorMapGAN
from mmuda.models.translators.cyclegan import CycleGAN
from mmuda.models.translators.dcan import DCANGenerator
from mmuda.models.translators.drit import DRIT
from mmuda.models.translators.munit import MUNIT
from mmuda.models.translators.semi2i import SemI2I
from mmuda.models.translators.unit import UNIT

__all__ = [
    'DRIT',
    'MUNIT',
    'UNIT',
    'ColorMapGAN',
    'CycleGAN',
    'DCANGenerator',
    'SemI2I',
    'Translator',
    'as_translator',
    'classical',
]
