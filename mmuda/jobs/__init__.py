"""What the commands do: train, pair, translate, predict, compare, export."""

from mmuda.jobs import pairing, translation

__all__ = ['pairing', 'translation']
