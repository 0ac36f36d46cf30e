"""Pages that need nothing else: one HTML file with style and pictures in it."""

from mmuda.jobs.pages.render import render

__all__ = ['render']
