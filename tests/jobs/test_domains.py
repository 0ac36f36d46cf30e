"""Source and target of a config: found by name or file, put in place, and checked."""

import re
from pathlib import Path

import pytest
from conftest import toy_segmentor
from mmengine.config import Config
from toy_run import make_data, mmuda

from mmuda.jobs.config import load_config
from mmuda.jobs.data_sets import find_data_set, known_names

DANN = 'mmuda::semsim/dann_hannover_vaihingen.py'
SINGLE = 'mmuda::adaptsegnet/adaptsegnet-single_gta5_cityscapes.py'
MULTI = 'mmuda::multi_source/multi-source_hannover-potsdam_vaihingen.py'

OWN = """
_base_ = 'mmuda::_base_/default_runtime.py'
meta = dict(classes=('a', 'b', 'c'), palette=[[255, 0, 0], [0, 255, 0], [0, 0, 255]])

def images(domain):
    return dict(
        type='FolderDataset', data_root={data!r}, metainfo=meta, img_suffix='.tif',
        data_prefix=dict(
            img_path=domain + '/images', seg_map_path=domain + '/labels'),
        pipeline=[
            dict(type='LoadRaster', bands=['red', 'green', 'blue']),
            dict(type='LoadLabels', num_classes=3),
            dict(type='PackRaster')])

datasets = dict(
    village=dict(train=images('source')),
    town=dict(train=images('target'), val=images('target')))
source, target = 'village', 'town'
model = {model!r}
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1))
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='SourceSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = dict(
    batch_size=1, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2)
"""


@pytest.fixture
def own(tmp_path):
    """A config with data sets of its own, and their data."""
    folder = tmp_path / 'elsewhere'
    make_data(folder / 'data')
    model = toy_segmentor(num_classes=None)
    model.data_preprocessor = dict(type='RasterDataPreprocessor', size_divisor=4)
    text = OWN.format(data=str(folder / 'data'), model=model.to_dict())
    (folder / 'own.py').write_text(text)
    return folder / 'own.py'


def refusal(config, **how):
    """The one line that a config is refused by."""
    with pytest.raises(ValueError, match=r'^.+\Z') as caught:
        load_config(config, **how)
    return str(caught.value)


def test_every_data_set_of_mmuda_has_both_splits():
    for name in known_names():
        data_set = find_data_set(name)
        assert data_set.name == name
        for split, dataset in (('train', data_set.train), ('val', data_set.val)):
            assert dataset.data_root == f'data/{name}'
            assert dataset.data_prefix.img_path == f'img_dir/{split}'


def test_refuses_what_can_not_be_meant(own):
    known = "data set 'paris' is unknown, expected one of buxtehude, camvid, cityscapes"
    assert known in refusal(SINGLE, source='paris')
    assert "must differ, 'hannover' is both" in refusal(DANN, target='hannover')
    both = "must differ, 'potsdam' is both: sources are hannover, potsdam"
    assert both in refusal(MULTI, target='potsdam')
    twice = 'sources must differ, got hannover, hannover'
    assert twice in refusal(MULTI, source='hannover-hannover')
    several = 'can be one target, got gta5, synthia'
    assert several in refusal(SINGLE, target='gta5-synthia')
    one = 'learns from one source (PairedSampler)'
    assert one in refusal(DANN, source=['potsdam', 'nienburg'])
    reinhard = 'mmuda::colour_transfer/reinhard_hannover_vaihingen.py'
    one = 'learns from one source (Reinhard), got several: potsdam, nienburg'
    assert one in refusal(reinhard, source='potsdam-nienburg')
    line = refusal(DANN, source='gta5')
    assert re.search('classes of target are .*those of source are', line)
    trains_on = refusal(DANN, options=dict(trains_on='x'))
    assert "trains_on must be 'source' or 'target'" in trains_on
    sizes = refusal(DANN, demo=True, small=True)
    assert '--demo and --small exclude each other' in sizes
    with pytest.raises(FileNotFoundError, match=r'no\.py does not exist'):
        load_config(SINGLE, source='no.py')
    with pytest.raises(FileNotFoundError, match=r'config mmuda::no/no\.py does not'):
        load_config('mmuda::no/no.py')


def test_refuses_names_where_a_config_gives_its_data_itself(own, tmp_path):
    given = tmp_path / 'given.py'
    given.write_text(
        f'_base_ = {str(own)!r}\n'
        "train_dataloader = dict(dataset=dict(source=dict(type='FolderDataset')))\n"
    )
    line = refusal(given, source='town')
    assert 'gives its source data set itself, so --source' in line
    nameless = tmp_path / 'nameless.py'
    nameless.write_text(f'_base_ = {str(own)!r}\nsource = target = None\n')
    assert 'names no `source` and `target`' in refusal(nameless, target='town')
    neither = 'names neither `source` and `target` nor a data set'
    assert neither in refusal(nameless)


def test_the_target_of_another_kind(tmp_path):
    """`--source synthia` on a config of GTA5; the run is called so."""
    cfg = load_config(SINGLE, source='synthia', seed=3)
    assert cfg.train_dataloader.dataset.source.type == 'SYNTHIADataset'
    assert cfg.work_dir == (
        'work_dirs/adaptsegnet/adaptsegnet-single_synthia_cityscapes_seed3'
    )
    assert cfg.test_evaluator.subsets.mIoU16 == 'cityscapes16'
    cfg = load_config(SINGLE, target='synthia')
    assert 'subsets' not in cfg.test_evaluator


def test_data_sets_of_a_config(own):
    cfg = load_config(own)
    assert cfg.train_dataloader.dataset.source.data_prefix.img_path == 'source/images'
    assert cfg.train_dataloader.dataset.get('target') is None  # nothing reads it
    assert cfg.test_dataloader.dataset.data_prefix.seg_map_path == 'target/labels'
    assert cfg.model.decode_head.num_classes == 3
    assert cfg.test_pipeline == cfg.test_dataloader.dataset.pipeline
    assert cfg.work_dir == 'work_dirs/elsewhere/own'
    # A config of mmuda finds them as well, and so do the commands.
    name = f'{own}:village'
    cfg = load_config(SINGLE, source=name, target=f'{own}:town')
    target = cfg.train_dataloader.dataset.target
    assert target.data_prefix == dict(img_path='target/images')
    assert [step.type for step in target.pipeline] == ['LoadRaster', 'PackRaster']
    assert cfg.model.segmentor.decode_head.num_classes == 3
    assert cfg.work_dir == 'work_dirs/adaptsegnet/adaptsegnet-single_village_town'
    mmuda('train', own)
    assert Path('work_dirs/elsewhere/own/iter_2.pth').is_file()


def test_a_target_without_labels_is_not_measured_on(own):
    cfg = load_config(own, source='town', target='village')
    assert cfg.val_dataloader is cfg.val_cfg is cfg.val_evaluator is None
    assert cfg.test_dataloader is cfg.test_cfg is cfg.test_evaluator is None
    assert Path(cfg.work_dir).name == 'own_town_village'
    done = mmuda(
        'test', own, 'x.pth', '--target', 'village', '--source', 'town', check=False
    )
    assert 'error' in done.stderr
    assert 'has nothing to be tested on' in done.stderr


def test_files_are_relative_to_who_names_them(own, monkeypatch):
    data = own.parent / 'town.py'
    text = own.read_text().replace("source, target = 'village', 'town'\n", '')
    data.write_text(text + "train = images('target')\nval = images('target')\n")
    leaf = own.parent / 'leaf.py'
    leaf.write_text("_base_ = 'own.py'\ntarget = 'town.py'\n")
    cfg = load_config(leaf)
    assert cfg.target == str(data)
    assert Path(cfg.work_dir).name == 'leaf'
    (own.parent / 'deeper').mkdir()
    inherits = own.parent / 'deeper/inherits.py'
    inherits.write_text("_base_ = '../leaf.py'\n")
    assert load_config(inherits).target == str(data)
    monkeypatch.chdir(own.parent)
    cfg = load_config(SINGLE, source='own.py:village', target='town.py')
    assert cfg.target == str(data)
    assert Path(cfg.work_dir).name == 'adaptsegnet-single_village_town'


def test_a_data_set_must_be_one(own):
    bad = own.parent / 'bad.py'
    bad.write_text("datasets = dict(a=dict(trian=dict(type='X')))\n")
    line = refusal(SINGLE, source=f'{bad}:a')
    assert re.search("data set a .* has 'trian', expected some of train", line)
    assert re.search('has no .b. in `datasets`', refusal(SINGLE, source=f'{bad}:b'))
    bad.write_text('train = dict(data_root=1)\n')
    line = refusal(SINGLE, source=str(bad))
    assert '`train` must be a data set of MMSeg' in line
    bad.write_text("train = dict(type='NoDataset')\n")
    line = refusal(SINGLE, source=str(bad))
    assert 'type NoDataset is not registered' in line


def test_what_a_config_says_of_a_data_set_itself_stays(tmp_path):
    file = tmp_path / 'c.py'
    file.write_text(
        f'_base_ = {DANN!r}\n'
        'train_dataloader = dict(dataset=dict(\n'
        "    source=dict(data_prefix=dict(img_path='translated')),\n"
        "    target=dict(_delete_=True, type='PotsdamCityDataset', pipeline=[],\n"
        "        data_prefix=dict(img_path='c'))))\n"
    )
    dataset = load_config(file).train_dataloader.dataset
    assert dataset.source.type == 'HannoverCityDataset'
    assert dataset.source.data_prefix.img_path == 'translated'
    assert dataset.source.data_prefix.seg_map_path == 'ann_dir/train'
    prefix = dict(img_path='c')
    target = dict(type='PotsdamCityDataset', pipeline=[], data_prefix=prefix)
    assert dataset.target == target


def test_pipelines_of_a_config(own):
    """A bare loader is that of the data set; without labels both domains have none."""
    load, labels = dict(type='LoadRaster'), dict(type='LoadLabels')
    flip, pack = dict(type='RandomFlip', prob=0.5), dict(type='PackSegInputs')
    options = dict(
        train_pipeline=[load, labels, flip, pack], test_pipeline=[load, pack]
    )
    how = dict(source=f'{own}:village', target=f'{own}:town', options=options)
    cfg = load_config(SINGLE, **how)
    source, target = (cfg.train_dataloader.dataset[d] for d in ('source', 'target'))
    own_load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
    own_labels = dict(type='LoadLabels', num_classes=3)
    assert source.pipeline == [own_load, own_labels, flip, pack]
    assert target.pipeline == [own_load, flip, pack]
    assert cfg.test_dataloader.dataset.pipeline == [own_load, pack]
    options['train_pipeline'] = [dict(load, bands=[1]), flip, pack]
    source = load_config(SINGLE, **how).train_dataloader.dataset.source
    assert source.pipeline == [dict(load, bands=[1]), flip, pack]
    assert 'seg_map_path' not in source.data_prefix


@pytest.mark.parametrize('config', [DANN, SINGLE, MULTI])
def test_what_was_loaded_and_written_is_loaded_as_it_is(config, tmp_path):
    """So a run's config in its work folder serves MMSeg, and mmuda, as it stands."""
    cfg = load_config(config)
    cfg.dump(tmp_path / 'written.py')
    again = load_config(tmp_path / 'written.py')
    assert again.to_dict() == cfg.to_dict()
    assert Config.fromfile(tmp_path / 'written.py').model == cfg.model


def test_target_only_learns_from_the_labelled_target():
    cfg = load_config('mmuda::semsim/target-only_hannover_vaihingen.py')
    source = cfg.train_dataloader.dataset.source
    assert source.data_root == 'data/vaihingen'
    assert source.data_prefix.seg_map_path == 'ann_dir/train'
    assert cfg.oracle
