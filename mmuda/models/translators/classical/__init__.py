"""Classical translators: fitted to two domains in one pass, nothing is trained."""

from mmuda.models.translators.classical.colour_transfer import ColourTransfer
from mmuda.models.translators.classical.fitted import FittedTranslator
from mmuda.models.translators.classical.fourier_amplitude import FourierAmplitude
from mmuda.models.translators.classical.gray_world import GrayWorld
from mmuda.models.translators.classical.histogram_matching import HistogramMatching
from mmuda.models.translators.classical.moments import MomentTranslator
from mmuda.models.translators.classical.reinhard import Reinhard, ReinhardLab

__all__ = [
    'ColourTransfer',
    'FittedTranslator',
    'FourierAmplitude',
    'GrayWorld',
    'HistogramMatching',
    'MomentTranslator',
    'Reinhard',
    'ReinhardLab',
]
