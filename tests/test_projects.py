"""The data sets of `projects`, under configs of mmuda; their data are not at hand."""

from pathlib import Path

import pytest

from mmuda.jobs.config import load_config
from mmuda.jobs.experiments.plan import read_plan
from mmuda.jobs.prerequisites import check_all

PROJECTS = Path(__file__).parents[1] / 'projects'
PAIRS = {'dubai': ('tiles_7_8', 'tiles_1_6', 5), 'camvid': ('day', 'dusk', 11)}
METHODS = (
    'semsim/dann_hannover_vaihingen',
    'adaptsegnet/adaptsegnet-multi_gta5_cityscapes',
    'semi2i/unet_semi2i_hannover_vaihingen',
)


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('project', PAIRS)
def test_pair(project, method):
    """Classes are those of the project; labels of the target stay out of training."""
    source, target, classes = PAIRS[project]
    files = {
        role: str(PROJECTS / project / 'configs' / f'{name}.py')
        for role, name in (('source', source), ('target', target))
    }
    cfg = load_config(f'mmuda::{method}.py', small=True, **files)
    model = cfg.model.get('segmentor', cfg.model)
    assert model.decode_head.num_classes == classes
    name = Path(method).name.rsplit('_', 2)[0]
    assert Path(cfg.work_dir).name == f'{name}_{source}_{target}'
    trained, tested = (
        cfg.train_dataloader.dataset.get('target'),
        cfg.test_dataloader.dataset,
    )
    assert 'seg_map_path' in tested.data_prefix
    if trained is not None:
        assert list(trained.data_prefix) == ['img_path']
        assert trained.data_prefix.img_path != tested.data_prefix.img_path
    for run in (p.run for p in check_all(cfg) if p.run is not None):
        theirs, ours = (c.train_dataloader.dataset.source for c in (run, cfg))
        assert theirs.data_root == ours.data_root
        assert Path(run.work_dir).name.endswith(f'_{source}_{target}')


def test_the_row_of_fourier():
    """Its translator is told the size of Dubai's patches, however small."""
    for how in ({}, dict(small=True)):
        row = PROJECTS / 'dubai/configs/unet_fourier_dubai.py'
        runs = [p.run for p in check_all(load_config(row, **how)) if p.run is not None]
        names = [Path(run.work_dir).name for run in runs]
        assert names == ['unet_source-only_tiles_7_8_tiles_1_6', 'fourier_dubai']
        assert runs[1].model.size == 128


ROWS = [
    PROJECTS / 'statistics/configs' / f'{name}.py'
    for name in ('control', 'dann', 'dann-random', 'adaptsegnet', 'maximum-squares')
]


@pytest.mark.parametrize('row', ROWS, ids=[row.stem for row in ROWS])
def test_rows_of_statistics_share_schedule_and_source_model(row):
    source, target = (
        str(PROJECTS / 'dubai/configs' / f'{name}.py')
        for name in ('tiles_7_8', 'tiles_1_6')
    )
    cfg = load_config(row, source=source, target=target, small=True)
    needed = [p for p in check_all(cfg) if p.run is not None]
    assert Path(needed[0].run.filename).name == 'source-only.py'
    assert cfg.warm_start
    assert cfg.train_cfg.max_iters == cfg.param_scheduler[0].end == 200


def test_the_plan_of_dubai(monkeypatch):
    """Its runs are on the pair, each tested with the statistics of either side."""
    monkeypatch.chdir(PROJECTS.parent)
    plan = read_plan(PROJECTS / 'dubai/configs/plans/methods.py')
    assert len(plan.runs) == 19 * 2 * 3  # methods, statistics, seeds
    for run in plan.runs[::6]:
        cfg = load_config(run.row.config, **run.loading)
        assert Path(cfg.work_dir).name.endswith('_tiles_7_8_tiles_1_6')
