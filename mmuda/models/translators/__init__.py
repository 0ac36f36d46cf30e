"""Image translators, one file each."""

from mmuda.models.translators.base import Translator, as_translator

__all__ = ['Translator', 'as_translator']
