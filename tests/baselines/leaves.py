"""Configs below ``configs/``, each read once."""

from functools import cache
from pathlib import Path

from mmuda.jobs.config import load_config

CONFIGS = Path(__file__).parents[2] / 'configs'


@cache
def read(name):
    return load_config(CONFIGS / f'{name}.py')
