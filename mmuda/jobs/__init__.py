"""What the commands do: train, pair, translate, compare, export."""

from mmuda.jobs import pairing, translation

__all__ = ['pairing', 'translation']
