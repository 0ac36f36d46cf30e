"""Configs that train one model after the other: BDL in two turns, the whole CyCADA."""

import re
from pathlib import Path

import pytest

from mmuda.jobs.config import load_config
from mmuda.jobs.domains import names_of_domains
from mmuda.jobs.prerequisites import prerequisites_of
from mmuda.jobs.translation import is_translator

CONFIGS = Path(__file__).parents[1] / 'configs'
# The runs before each: those whose weights it begins with, that translate for it, that
# label for it, or that guide it. What comes before the others: tests/test_baselines.py.
BDL = {
    'bdl-second': ['source-only', 'cyclegan-perceptual', 'bdl-second 1'],
    'bdl-second 1': ['source-only', 'cyclegan-perceptual', 'bdl-second-adapted'],
    'bdl-second-adapted': ['source-only', 'cyclegan-perceptual'],
    'cyclegan-perceptual': ['bdl'],
}
CYCADA = {
    'cycada-translated': ['source-only_translated', 'cyclegan-semantic'],
    'source-only_translated': ['cyclegan-semantic'],
    'cyclegan-semantic': ['source-only'],
}
GUIDANCE = {
    'cyclegan-perceptual': 'SegmentationPerceptualLoss',  # of the weights by default
    'cyclegan-semantic': 'SemanticConsistencyLoss',
}
STREETS = [
    file
    for folder in ('bdl', 'cycada')
    for file in sorted((CONFIGS / folder).glob('*_cityscapes.py'))
]


def name(run):
    """Of its config without the data, with the round if it is not the last."""
    stem = Path(run.filename).stem.rsplit('_', 2)[0]
    return f'{stem} 1' if run.get('rounds') == 1 else stem


def follow(cfg, expected, found):
    """By name every run of a chain that is expected, and the names of what it needs."""
    needed = prerequisites_of(cfg)
    for prerequisite in needed:
        prerequisite.check()
    runs = [p.run for p in needed if p.run is not None]
    found[name(cfg)] = cfg, [name(run) for run in runs]
    for run in runs:
        if name(run) in expected and name(run) not in found:
            follow(run, expected, found)
    return found


@pytest.mark.parametrize(
    ('last', 'expected'),
    [('bdl/bdl-second', BDL), ('cycada/cycada-translated', CYCADA)],
)
def test_chain(last, expected):
    """Every run is found, of the same data and seed; translators have their losses."""
    data = dict(source='potsdam', target='nienburg')
    cfg = load_config(CONFIGS / f'{last}_hannover_vaihingen.py', seed=3, **data)
    found = follow(cfg, expected, {})
    assert {key: names for key, (_, names) in found.items()} == expected
    for key, (run, _) in found.items():
        assert names_of_domains(run) == ('potsdam', 'nienburg')
        assert run.randomness.seed == 3
        if is_translator(run):
            assert run.model.guidance == dict(type=GUIDANCE[key])


def test_streets_are_chained_alike():
    """What a config of streets names is there, and of the same data sets."""
    names = r"^(?:translator|source_model|frozen_segmentor|pseudo_labels) = .*'(.*)'"
    for file in STREETS:
        for named in re.findall(names, file.read_text(), re.MULTILINE):
            assert (file.parent / named).is_file(), file
            assert named.rsplit('_', 2)[1:] == file.name.rsplit('_', 2)[1:], file
