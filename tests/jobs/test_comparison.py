"""Several configs and seeds as one table; batch statistics of the target."""

import json
import math
import subprocess
from pathlib import Path
from statistics import mean, stdev

import cv2
import pytest
import torch
from conftest import toy_adaptor, toy_segmentor
from toy_needs import write_source_model
from toy_run import make_data, mmuda, run_as_fork, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.evaluation import write_figures
from mmuda.jobs.comparison import compare, over_checkpoints, print_table, summary
from mmuda.jobs.config import load_config
from mmuda.jobs.experiments.execute import Job
from mmuda.jobs.experiments.run import Row, Run
from mmuda.jobs.reporting.results import find_results


@pytest.fixture(autouse=True)
def _commands_are_forks(monkeypatch):
    monkeypatch.setattr(subprocess, 'run', run_as_fork)


@pytest.fixture
def config(tmp_path):
    make_data(tmp_path / 'data')
    config = write_config(tmp_path, 'adapted', max_iters=2)
    with open(config, 'a') as text:
        text.write('oracle = True\n')
    return config


def test_compare(config, capsys):
    out = Path('out')
    results = compare([config], [0, 1], out)
    assert json.loads((out / 'results.json').read_text())['rows'] == results
    (row,) = results.values()
    assert row['oracle']
    values = torch.tensor(row['mIoU']['values'])
    assert row['mIoU']['mean'] == pytest.approx(values.mean().item(), rel=1e-5)
    assert row['mIoU']['std'] == pytest.approx(values.std().item(), rel=1e-4)
    assert len(values) == 2
    assert (out / 'predictions.png').stat().st_size > 1000
    printed = capsys.readouterr().out
    assert 'adapted (ORACLE)' in printed
    assert '±' in printed
    assert compare([config], [0, 1], out) == results
    _check_precision(config, results, capsys)


def _check_precision(config, results, capsys):
    """What was trained in float32 is not taken for a run with --amp, nor vice versa."""
    capsys.readouterr()
    with pytest.raises(ValueError, match=r'iter_2\.pth was trained with amp False, th'):
        compare([config], [0, 1], Path('amp'), dict(amp=True))
    run = Run(Row(config), 1)
    (checkpoint,) = run.folder.glob('iter_2.pth')
    content = load_checked(checkpoint)
    content['meta']['cfg'] = load_config(config, seed=1, amp=True).pretty_text
    torch.save(content, checkpoint)
    refused = f'{checkpoint} was trained with amp True, this run has False: go on'
    with pytest.raises(ValueError, match=refused):
        compare([config], [0, 1], Path('amp'))
    assert Job([run]).check().startswith(refused)
    assert 'mmuda' not in capsys.readouterr().out
    assert not Path('amp').exists()
    (first,) = compare([config], [0], Path('first')).values()  # as it was
    assert first['mIoU']['mean'] == results['adapted']['mIoU']['values'][0]


def test_rows_at_other_statistics(tmp_path, capsys):
    """AdaBN without training: one checkpoint, tested between source and target."""
    data = make_data(tmp_path / 'data')
    for image in (data / 'target/images').glob('*.tif'):  # other looks
        picture = cv2.imread(str(image))
        cv2.imwrite(str(image), 255 - picture // 2)
    segmentor = toy_segmentor(norm=dict(type='BN'))
    config = write_source_model(tmp_path, segmentor=segmentor, lr=0.01)
    rows = [config, f'{config}@0', f'{config}@1']
    results = compare(rows, [0], Path('out'))
    assert list(results) == ['plain', 'plain@0', 'plain@1']
    plain, source, target = (row['aAcc']['mean'] for row in results.values())
    assert plain == source
    assert target != source
    assert capsys.readouterr().out.count('mmuda train ') == 1
    with pytest.raises(ValueError, match=r'@2: behind @ comes a number in \[0, 1\]'):
        compare([f'{config}@2'], [0], Path('out'))


@pytest.mark.parametrize(
    ('text', 'row'),
    [
        ('a.py', Row('a.py')),
        ('a.py@0.3', Row('a.py', 0.3)),
        ('a.py+averaged', Row('a.py', averaged=True)),
        ('a.py@1+averaged', Row('a.py', 1.0, averaged=True)),
        ('deeplabv3+.py', Row('deeplabv3+.py')),
    ],
)
def test_what_a_row_says(text, row):
    assert Row.of(text) == row
    assert Row.of(text).name == text.replace('.py', '')


def test_a_folder_may_have_an_at_sign():
    assert Row.of('me@work/a.py') == Row('me@work/a.py')
    assert Row.of('me@work/a.py@0.3') == Row('me@work/a.py', 0.3)


def keeping(tmp_path, name, number, hook=True):
    """A config with statistics of domains that keeps so many checkpoints of three."""
    config = write_config(
        tmp_path, name, max_iters=3, model=toy_adaptor(norm=dict(type='BN')).to_dict()
    )
    with open(config, 'a') as text:
        text.write(
            "train_cfg['val_interval'] = 100\n"
            f"default_hooks['checkpoint'] = dict(interval=1, max_keep_ckpts={number})\n"
        )
        if hook:
            text.write("custom_hooks = [dict(type='WeightAverageHook')]\n")
    return config


def test_last_averaged_checkpoints_are_as_tested_one_by_one(tmp_path, capsys):
    make_data(tmp_path / 'data')
    config = keeping(tmp_path, 'kept', 3)
    row = f'{config}@0.5+averaged'
    (found,) = compare([row], [0], Path('out'), last=3).values()
    printed = capsys.readouterr().out
    (run,) = Path('work_dirs').glob('*/kept')
    single = []
    for n in (1, 2, 3):
        file = f'averaged_iter_{n}.pth'
        mmuda('test', config, run / file, '--alpha', '0.5', '--json', f'{n}.json')
        single.append(json.loads(Path(f'{n}.json').read_text()))
    for measure in ('aAcc', 'mIoU', 'IoU.a'):
        values = [figures[measure] for figures in single]
        last = found['last'][measure]
        assert last['values'] == [values]
        assert last['mean'] == pytest.approx(mean(values))
        assert last['spread'] == pytest.approx(stdev(values))
        assert found[measure]['values'] == values[-1:]
    assert found['last']['checkpoints'] == [[f'averaged_iter_{n}' for n in (1, 2, 3)]]
    lines = [line.split('│') for line in printed.splitlines()]
    (shown,) = [[c.strip() for c in cells] for cells in lines if len(cells) > 5]
    assert shown[1] == 'kept@0.5+averaged'
    assert shown[4] == ' '.join(f'{figures["mIoU"]:.1f}' for figures in single)
    spread = found['last']['mIoU']
    assert shown[5] == f'{spread["mean"]:.1f} ± {spread["spread"]:.1f}'
    assert [r.suffix for r in find_results(['work_dirs'])] == ['@0.5+averaged']

    with pytest.raises(
        ValueError, match=r'has 3 of the last 4 .* max_keep_ckpts is 3 '
    ):
        compare([config], [0], Path('out'), last=4)
    for file in run.glob('averaged*'):
        file.unlink()
    with pytest.raises(ValueError, match=r"no averaged .*type='WeightAverageHook'"):
        compare([f'{config}+averaged'], [0], Path('out'))


def test_refuses_before_training_what_will_not_be_kept(tmp_path):
    make_data(tmp_path / 'data')
    config = keeping(tmp_path, 'two', 2, hook=False)
    with pytest.raises(ValueError, match=r'would have 2 of the last 3 .* interval 1'):
        compare([config], [0], Path('out'), last=3)
    with pytest.raises(ValueError, match=r'two\+averaged: .* would have no averaged'):
        compare([f'{config}+averaged'], [0], Path('out'))
    with pytest.raises(ValueError, match='last must be at least 1 checkpoint, got 0'):
        compare([config], [0], Path('out'), last=0)
    assert not Path('work_dirs').exists()


def test_spread_is_that_between_checkpoints_of_a_run():
    """Not that between runs, which differ by much more."""
    found = over_checkpoints([[10.0, 12.0], [50.0, 56.0]])
    assert found['each'] == [30.0, 34.0]
    assert found['mean'] == 32.0
    assert found['spread'] == pytest.approx(math.sqrt((2 + 18) / 2))
    assert over_checkpoints([[10.0, None]]) is None


def test_one_seed_has_no_deviation(capsys):
    row = {m: dict(values=[50.0], mean=50.0, std=None) for m in ('aAcc', 'mIoU')}
    print_table({'x': dict(oracle=False, **row)})
    printed = capsys.readouterr().out
    assert '50.0 ' in printed
    assert 'ORACLE' not in printed


def test_a_class_that_the_test_set_lacks_is_a_dash_in_all_rows(tmp_path, capsys):
    """From what the metric writes to what the table says."""
    runs = [
        {'aAcc': 60.0, 'mIoU': 40.0, 'IoU.a': 40.0, 'IoU.d': float('nan')},
        {'aAcc': 70.0, 'mIoU': 50.0, 'IoU.a': 50.0, 'IoU.d': float('nan')},
    ]
    for i, figures in enumerate(runs):
        write_figures(tmp_path / f'{i}.json', figures)
    written = [json.loads((tmp_path / f'{i}.json').read_text()) for i in range(2)]
    row = {'oracle': False, **summary(written)}
    assert row['IoU.a'] == dict(values=[40.0, 50.0], mean=45.0, std=math.sqrt(50))
    assert row['IoU.d'] is None
    print_table({'x': row, 'y': row}, per_class=True)
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split('│')[1:-1]] for line in lines]
    for name in 'xy':
        assert [name, '45.0 ± 7.1', '-', '65.0 ± 7.1', '45.0 ± 7.1'] in cells
    assert 'd IoU' in lines[1]


def test_branches_follow_their_model(capsys):
    """Table 1 of multi-source adaptation: the merge, then S1, S2, S-All."""

    def figure(value):
        return dict(values=[value], mean=value, std=None)

    row = {'oracle': False, 'aAcc': figure(60.0), 'mIoU': figure(50.0)}
    branch = {
        's1.aAcc': figure(40.0),
        's1.mIoU': figure(30.0),
        's1.IoU.a': figure(20.0),
        's2.aAcc': figure(70.0),
        's2.mIoU': figure(10.0),
    }
    print_table({'merged': {**row, 'IoU.a': figure(45.0), **branch}}, per_class=True)
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split('│')[1:-1]] for line in lines]
    assert ['merged', '45.0', '60.0', '50.0'] in cells
    first = cells.index(['merged', '45.0', '60.0', '50.0']) + 1
    assert cells[first] == ['s1', '20.0', '40.0', '30.0']
    assert cells[first + 1] == ['s2', '-', '70.0', '10.0']

    del row['mIoU'], branch['s2.aAcc'], branch['s2.mIoU']
    print_table({'alone': {**row, **branch}})
    assert 's1' not in capsys.readouterr().out


def test_iou_of_each_class(capsys):
    """Classes come first; a class without IoU in some run is a dash."""
    figure = dict(values=[50.0], mean=50.0, std=None)
    common = {'oracle': False, 'aAcc': figure, 'mIoU': figure}
    rows = {'x': {**common, 'IoU.road': figure}, 'y': {**common, 'IoU.tree': figure}}
    print_table(rows, per_class=True)
    printed = capsys.readouterr().out
    assert printed.index('road IoU') < printed.index('tree IoU') < printed.index('acc')
    assert '-' in printed.splitlines()[3]
    rows = {'a_long_name_' * 9: {**common, **{f'IoU.{i}': figure for i in range(30)}}}
    print_table(rows, per_class=True)
    printed = capsys.readouterr().out
    assert 'a_long_name_' * 9 in printed
    assert '29 IoU %' in printed
    print_table(rows)
    assert 'road' not in capsys.readouterr().out
