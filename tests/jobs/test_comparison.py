"""Several configs and seeds as one table; batch statistics of the target."""

import json
import math
import subprocess
from pathlib import Path

import cv2
import pytest
import torch
from conftest import toy_segmentor
from toy_needs import write_source_model
from toy_run import make_data, run_as_fork, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.evaluation import write_figures
from mmuda.jobs.comparison import compare, print_table, summary
from mmuda.jobs.config import load_config
from mmuda.jobs.experiments.execute import Job
from mmuda.jobs.experiments.run import Row, Run


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
