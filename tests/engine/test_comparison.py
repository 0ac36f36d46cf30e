"""Several configs and seeds as one table; batch statistics of the target."""

import json
from pathlib import Path

import pytest
import torch
from toy_run import make_data, write_config

from mmuda.engine.comparison import compare, print_table


@pytest.fixture
def configs(tmp_path):
    make_data(tmp_path / 'data')
    plain = write_config(tmp_path, 'plain', max_iters=2)
    adapted = write_config(tmp_path, 'adapted', max_iters=2)
    with open(adapted, 'a') as text:
        text.write('oracle = True\n')
    return [plain, adapted]


def test_compare(configs, capsys):
    out = Path('out')
    results = compare(configs, [0, 1], out, [])
    assert json.loads((out / 'results.json').read_text())['rows'] == results
    for name, row in results.items():
        assert row['oracle'] == (name == 'adapted')
        values = torch.tensor(row['mIoU']['values'])
        assert row['mIoU']['mean'] == pytest.approx(values.mean().item(), rel=1e-5)
        assert row['mIoU']['std'] == pytest.approx(values.std().item(), rel=1e-4)
        assert len(values) == 2
    assert (out / 'predictions.png').stat().st_size > 1000
    printed = capsys.readouterr().out
    assert 'adapted (ORACLE)' in printed
    assert '±' in printed
    assert compare(configs, [0, 1], out, []) == results


def test_one_seed_has_no_deviation(capsys):
    row = {m: dict(values=[50.0], mean=50.0, std=None) for m in ('aAcc', 'mIoU')}
    print_table({'x': dict(oracle=False, **row)})
    assert '50.0 ' in capsys.readouterr().out


def test_iou_of_each_class(capsys):
    """Classes come first; a class without IoU in some run is a dash."""
    figure = dict(values=[50.0], mean=50.0, std=None)
    common = {'oracle': False, 'aAcc': figure, 'mIoU': figure}
    rows = {'x': {**common, 'IoU.road': figure}, 'y': {**common, 'IoU.tree': figure}}
    print_table(rows, per_class=True)
    printed = capsys.readouterr().out
    assert printed.index('road IoU') < printed.index('tree IoU') < printed.index('acc')
    assert '-' in printed.splitlines()[3]
    print_table(rows)
    assert 'road' not in capsys.readouterr().out
