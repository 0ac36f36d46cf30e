"""Which file says what, and what is found from there, also from another folder."""

import re
from pathlib import Path

import pytest
from toy_run import mmuda

import mmuda.jobs.prerequisites as prerequisites
from mmuda.jobs.config import load_config
from mmuda.jobs.inheritance import depth, every_base, file_that_sets, merged, sets
from mmuda.jobs.prerequisites import check_all, prerequisites_of

CONFIGS = Path(__file__).parents[2] / 'configs'
# What some configs need besides their data.
NEEDS = {
    'adaptsegnet/adaptsegnet-single_hannover_vaihingen': ['SourceModel'],
    'advent/advent_hannover_vaihingen': ['SourceModel'],
    'clan/clan_hannover_vaihingen': ['SourceModel'],
    'colormapgan/colormapgan_hannover_vaihingen': [],
    'colour_transfer/zca_hannover_vaihingen': [],
    'curriculum/curriculum_hannover_vaihingen': ['SourceModel'],
    'cycada/cycada_fcn8s_hannover_vaihingen': ['SourceModel'],
    'cyclegan/cyclegan-semsim_hannover_vaihingen': [],
    'dcan/dcan_hannover_vaihingen': ['SourceModel'],
    'drit/drit_hannover_vaihingen': [],
    'fcns_wild/fcns-wild_hannover_vaihingen': ['SourceModel'],
    'maximum_squares/maximum-squares_hannover_vaihingen': ['SourceModel'],
    'mmd/mmd_hannover_vaihingen': ['SourceModel'],
    'multi_source/multi-source_hannover-potsdam_vaihingen': [],
    'munit/munit_hannover_vaihingen': [],
    'semi2i/unet_semi2i_hannover_vaihingen': [
        'SourceModel',
        'TranslatorModel',
        'TranslatedImages',
    ],
    'semsim/dann_hannover_vaihingen': ['SourceModel', 'MappingFile'],
    'semsim/dann-shuffled-ground-truth_hannover_vaihingen': [
        'SourceModel',
        'ShuffledMapping',
        'MappingFile',
    ],
    'unit/unit_hannover_vaihingen': [],
}


# And one of every folder.
ONE_OF_EACH = {
    path.parent.name: str(path.relative_to(CONFIGS).with_suffix(''))
    for path in sorted(CONFIGS.glob('[!_]*/*_vaihingen.py'))
}


@pytest.mark.parametrize('name', sorted({*NEEDS, *ONE_OF_EACH.values()}))
def test_inherited_by_a_folder_outside(name, tmp_path):
    """What it needs is found from the file that names it, and checked; none is made."""
    leaf = tmp_path / 'outside' / 'mine.py'
    leaf.parent.mkdir()
    leaf.write_text(f"_base_ = 'mmuda::{name}.py'\n")
    cfg = load_config(leaf, demo=True, seed=2)
    assert cfg.work_dir == 'work_dirs/demo/outside/mine_seed2'
    needed = check_all(cfg)
    names = [type(p).__name__ for p in needed]
    assert names == NEEDS.get(name, names)
    for run in (p.run for p in needed if p.run is not None):
        assert run.randomness.seed == 2
        assert run.work_dir.startswith('work_dirs/demo/')
        assert re.search(r'_seed2(_round\d)?$', run.work_dir)
        theirs, ours = (c.train_dataloader.dataset.source for c in (run, cfg))
        assert theirs.data_root == ours.data_root == 'work_dirs/demo/data/hannover'
    assert not any(p.is_there() for p in needed if p.run is not None)
    assert list(tmp_path.iterdir()) == [leaf.parent]


def test_a_folder_outside_trains(tmp_path):
    """With --demo: data, source model and mapping are made, two iterations trained."""
    folder = tmp_path / 'outside'
    folder.mkdir()
    for name in ('source-only', 'dann'):
        text = f"_base_ = 'mmuda::semsim/{name}_hannover_vaihingen.py'\n"
        (folder / f'{name}.py').write_text(text + "demo = 'tiny.py'\n")
    with open(folder / 'dann.py', 'a') as text:
        text.write("source_model = 'source-only.py'\n")
        text.write('train_dataloader = dict(sampler=dict(subset=None))\n')
    (folder / 'tiny.py').write_text(
        "_base_ = 'mmuda::_base_/demo/semsim.py'\n"
        'train_cfg = dict(max_iters=2, val_interval=3)\n'
        'val_dataloader = val_cfg = val_evaluator = None\n'
        'train_dataloader = dict(batch_size=4)\n'
    )
    done = mmuda('train', folder / 'dann.py', '--demo')
    said = [line for line in done.stdout.splitlines() if 'is not there yet' in line]
    assert len(said) == 2
    assert 'mmuda train outside/source-only.py --seed 0 --source hannover' in said[0]
    assert '--strategy approximation --out work_dirs/demo/mappings/hannover_' in said[1]
    assert Path('work_dirs/demo/outside/dann/iter_2.pth').is_file()


def test_a_missing_config_is_one_line_before_anything_is_made(tmp_path):
    leaf = tmp_path / 'leaf.py'
    leaf.write_text(
        "_base_ = 'mmuda::semsim/dann_hannover_vaihingen.py'\nsource_model = 'no.py'\n"
    )
    with pytest.raises(FileNotFoundError, match=r'source_model of .*leaf\.py does not'):
        prerequisites_of(load_config(leaf, demo=True))
    done = mmuda('train', leaf, '--demo', check=False)
    assert done.returncode == 2
    assert not (tmp_path / 'work_dirs').exists()


def test_the_file_that_sets_a_key(tmp_path):
    (tmp_path / 'base.py').write_text('a, (b, c) = 1, (2, 3)\nd = dict()\n')
    (tmp_path / 'middle.py').write_text("_base_ = './base.py'\nd = dict(x=1)\n")
    leaf = tmp_path / 'leaf.py'
    leaf.write_text("_base_ = ['./middle.py']\ne: int = 5\n")
    assert sets(tmp_path / 'base.py') == {'a', 'b', 'c', 'd'}
    for key, name in (('c', 'base'), ('d', 'middle'), ('e', 'leaf')):
        assert file_that_sets(key, leaf) == tmp_path / f'{name}.py'
    assert file_that_sets('f', leaf) is None
    assert depth(leaf) == 2
    assert [path.stem for path in every_base(leaf)] == ['middle', 'base']


def test_merged():
    base = dict(a=dict(x=1, y=2), b=1)
    assert merged(base, dict(a=dict(x=3))) == dict(a=dict(x=3, y=2), b=1)
    assert merged(base, dict(a=dict(_delete_=True, z=3))) == dict(a=dict(z=3), b=1)
    assert merged(base, dict(c=dict(_delete_=True, d=dict(_delete_=True)))) == dict(
        base, c=dict(d=dict())
    )
    assert merged(base, dict(b=dict(x=1), a=None)) == dict(a=None, b=dict(x=1))
    assert base == dict(a=dict(x=1, y=2), b=1)


def test_prerequisites_are_in_order_of_making():
    """A mapping is made by the source model, translated images by the translator."""
    cfg = load_config('mmuda::semsim/dann_hannover_vaihingen.py')
    cfg.translator = str(CONFIGS / 'semi2i/semi2i_hannover_vaihingen.py')
    names = [type(p).__name__ for p in prerequisites_of(cfg)]
    expected = ['SourceModel', 'MappingFile', 'TranslatorModel', 'TranslatedImages']
    assert names == expected
    cfg.translator = dict(config=cfg.translator, mode='online')
    assert [type(p).__name__ for p in prerequisites_of(cfg)] == expected[:3]
    cfg.pairing = cfg.translator = None
    assert prerequisites_of(cfg) == []
    assert prerequisites.data_of(cfg) == []
