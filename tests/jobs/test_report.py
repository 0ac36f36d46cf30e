"""The page of many runs: its figures, and that it needs nothing else."""

import csv
import io
import json
import re
from itertools import pairwise, product
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from scipy.stats import mannwhitneyu, trim_mean
from toy_run import make_data, write_config

from mmuda.evaluation.aggregates import (
    gap_share,
    interquartile_mean,
    probability_of_improvement,
    seed_interval,
)
from mmuda.jobs.config import load_config
from mmuda.jobs.reporting import write_report_page
from mmuda.jobs.reporting.overview import aggregates, overview
from mmuda.jobs.reporting.results import find_results
from mmuda.jobs.reporting.selection import read_selection

METHODS = {'source-only': 0.5, 'dann': 0.3, 'target-only': 0.1}  # share of errors
PAIRS = (('hannover', 'vaihingen'), ('potsdam', 'vaihingen'))


def test_interquartile_mean_against_scipy():
    rng = np.random.default_rng(0)
    for number in range(1, 40):
        values = rng.normal(size=number)
        expected = trim_mean(values, 0.25)
        assert interquartile_mean(values) == pytest.approx(expected)


def test_probability_of_improvement_against_mann_whitney():
    rng = np.random.default_rng(0)
    first = [rng.integers(5, size=n) for n in (3, 5, 4)]
    second = [rng.integers(5, size=n) for n in (4, 5, 2)]
    expected = np.mean(
        [
            mannwhitneyu(a, b).statistic / (len(a) * len(b))
            for a, b in zip(first, second, strict=True)
        ]
    )
    assert probability_of_improvement(first, second) == pytest.approx(expected)


def test_share_of_the_gap():
    assert gap_share(30.0, 20.0, 40.0) == 50
    assert gap_share(10.0, 20.0, 40.0) == -50
    assert gap_share(30.0, 40.0, 40.0) is None


def test_interval_over_seeds_against_all_draws():
    """Of three seeds there are 27 draws, all equally likely."""
    first, second = np.array([3.0, 5.0, 9.0]), np.array([1.0, 4.0, 4.0])
    draws = [np.mean((first - second)[list(i)]) for i in product(range(3), repeat=3)]
    low, high = seed_interval([first], [second], draws=20000)
    expected = np.quantile(np.tile(draws, 1000), [0.025, 0.975])
    assert (low, high) == pytest.approx(expected)
    assert seed_interval([first], [first]) == (0, 0)


@pytest.fixture
def runs(tmp_path):
    """Folders as training and testing leave them: config, log, maps, figures."""
    make_data(tmp_path / 'data')
    cfg = load_config(write_config(tmp_path))
    all_runs = product(PAIRS, METHODS.items(), (0, 1))
    for number, (pair, (method, errors), seed) in enumerate(all_runs):
        cfg.source, cfg.target = pair
        cfg.randomness.seed, cfg.oracle = seed, method == 'target-only'
        folder = tmp_path / 'runs' / f'{number}'
        (folder / 'predictions').mkdir(parents=True)
        (folder / '1/vis_data').mkdir(parents=True)
        cfg.dump(folder / f'{method}_{"_".join(pair)}.py')
        log = [{'loss': 3.0 - i + seed, 'iter': i, 'step': i} for i in (1, 2)]
        text = '\n'.join(map(json.dumps, log))
        (folder / '1/vis_data/scalars.json').write_text(text)
        figures = _predict(tmp_path / 'data/target/labels', folder, errors, number)
        (folder / 'test.json').write_text(json.dumps(figures))
    return tmp_path / 'runs'


def _predict(labels, folder, errors, number):
    """Wrong labels at some pixels; accuracy and IoU counted pixel by pixel."""
    rng = np.random.default_rng(number)
    hits, either, right = np.zeros(3), np.zeros(3), []
    for file in sorted(labels.glob('*.png')):
        truth = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        wrong = rng.random(truth.shape) < errors
        found = np.where(wrong, (truth + 1) % 3, truth).astype(np.uint8)
        cv2.imwrite(str(folder / 'predictions' / file.name), found)
        right.append(np.mean(found == truth))
        for label in range(3):
            hits[label] += ((found == label) & (truth == label)).sum()
            either[label] += ((found == label) | (truth == label)).sum()
    iou = 100 * hits / either
    figures = {'aAcc': 100 * np.mean(right), 'mIoU': iou.mean()}
    return figures | {f'IoU.{c}': v for c, v in zip('abc', iou, strict=True)}


def _tables(page):
    """The CSV files of a page, by the names that they are saved under."""
    links = re.findall(r'download="([^"]+)" href="data:text/csv[^,]*,([^"]+)"', page)
    read = [(n, list(csv.reader(io.StringIO(unquote(t))))) for n, t in links]
    found = {}
    for name, rows in read:
        found.setdefault(name, rows)
    return found


def _select(runs, pair='hannover to vaihingen'):
    """Scores of two checkpoints of each of two runs, as selecting leaves them."""
    files = [runs / run / f'iter_{n}.pth' for run in '02' for n in (1, 2)]
    for file, value in zip(files, (20.0, 25.0, 40.0, 30.0), strict=True):
        (file.parent / 'oracle').mkdir(exist_ok=True)
        truth = json.dumps({'mIoU': value})
        (file.parent / f'oracle/{file.stem}.json').write_text(truth)
    said = {
        'pair': pair,
        'checkpoints': [str(file) for file in files],
        'methods': ['source', 'source', 'dann', 'dann'],
        'seeds': [0] * 4,
        'collapsed': [True, False, False, False],
        'scores': {'snd': [None, 1.0, 2.0, 3.0], 'seed_agreement': [None] * 4},
    }
    (runs / 'selection.json').write_text(json.dumps(said))
    return runs / 'selection.json'


def _check_selection(tables):
    head, *rows = tables['Criteria on hannover to vaihingen.csv']
    found = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert found['snd']['chooses'] == '2/iter_2'
    assert float(found['snd']['Spearman']) == pytest.approx(0.8)
    assert float(found['snd']['regret']) == 40 - 30
    assert float(found['snd']['regret by run']) == (0 + 10) / 2
    assert found['snd']['worst by run'] == '1 of 2'
    assert found['seed_agreement']['Spearman'] == ''
    chance = found['drawn at random']
    assert float(chance['regret']) == pytest.approx(40 - (20 + 25 + 40 + 30) / 4)
    _, *rows = tables['Scores on hannover to vaihingen.csv']
    assert rows[0][:4] == ['0/iter_1', 'source-only', '0', '20.0']
    assert rows[0][4] == '-inf'


def _diagnose(folder):
    """What a diagnosis beside a checkpoint says of shares."""
    made = {'source': [0.5, 0.3, 0.2], 'low': [0, 0, 0], 'high': [1, 1, 1]}
    shares = {n: {**made, 'target': [0.2, 0.2, 0.6]} for n in ('mlls', 'bbse', 'rlls')}
    said = {'classes': ['a', 'b', 'c'], 'kind': 'shares', 'shares': shares}
    (folder / 'iter_2_diagnosis').mkdir()
    (folder / 'iter_2_diagnosis/diagnosis.json').write_text(json.dumps(said))


def _label(runs, chain):
    """Each run learned from labels that the one before it made."""
    for number, (maker, run) in enumerate(pairwise(chain)):
        made = runs / maker / 'pseudo_labels/x'
        made.mkdir(parents=True)
        shares = {'a': 0.1 * number, 'b': None, 'c': 1 - 0.1 * number}
        said = {'kept': 0.25, 'share_of_labels': shares}
        (made / 'labels.json').write_text(json.dumps(said))
        load = dict(type='LoadPseudoLabels', folder=str(made / 'labels'))
        target = dict(pipeline=[load])
        cfg = Config(dict(train_dataloader=dict(dataset=dict(target=target))))
        cfg.dump(runs / run / '1/vis_data/config.py')


def test_the_page(runs, tmp_path):
    selection = _select(runs)
    _diagnose(runs / '0')
    _label(runs, '032')
    file = write_report_page([runs], tmp_path / 'report.html', selections=[selection])
    page = file.read_text()
    _check_selection(_tables(page))
    _check_no_request(page)
    results = {(r.pair, r.method, str(r.seed)): r.figures for r in find_results([runs])}
    head, *rows = _tables(page)['overview.csv']
    assert len(rows) == len(results) == 12
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        figures = results[row['pair'], row['method'], row['seed']]
        assert float(row['mIoU']) == figures['mIoU']
        assert (row['oracle'] == 'True') == (row['method'] == 'target-only')
        assert row['drawn over'] == (
            '-' if row['method'] == 'source-only' else 'seeds x tiles'
        )
        _check_difference(row, results)
    _check_figures(_tables(page), results)
    assert 'target-only <span class="oracle">ORACLE' in page
    assert page.count('<img ') == 2 * 4 * (2 + 3)
    assert '2/2' in page


def _check_no_request(page):
    assert 'http' not in page
    for address in re.findall(r'(?:src|href)="([^"]{0,5})', page):
        assert address == 'data:'
    assert 'url(' not in page
    assert '@import' not in page


def _check_difference(row, results):
    if row['method'] == 'source-only':
        assert row['difference'] == ''
        return
    means = {
        method: np.mean([results[row['pair'], method, s]['mIoU'] for s in '01'])
        for method in METHODS
    }
    difference = means[row['method']] - means['source-only']
    assert float(row['difference']) == pytest.approx(difference)
    assert float(row['low']) < difference < float(row['high'])
    gap = 100 * difference / (means['target-only'] - means['source-only'])
    assert float(row['gap closed']) == pytest.approx(gap)


def _check_figures(tables, results):
    pair = 'hannover to vaihingen'
    head, *rows = tables['IoU of each class, %.csv']
    for method, *values in rows:
        for name, value in zip(head[1:], values, strict=True):
            seeds = [results[pair, method, s][f'IoU.{name}'] for s in '01']
            assert float(value) == pytest.approx(np.mean(seeds))
    _, *rows = tables['Confusion of dann.csv']
    counts = np.array([row[1:] for row in rows], int)
    assert counts.sum() == 2 * 6 * 16 * 16  # seeds, tiles, pixels
    seeds = [results[pair, 'dann', s]['aAcc'] for s in '01']
    assert 100 * np.trace(counts) / counts.sum() == pytest.approx(np.mean(seeds))
    _, *rows = tables['Class shares, true and predicted, %.csv']
    shares = {row[0]: np.array(row[1:], float) for row in rows}
    assert shares['truth'] == pytest.approx(100 * counts.sum(1) / counts.sum())
    assert shares['dann'] == pytest.approx(100 * counts.sum(0) / counts.sum())
    _, *rows = tables['Loss of mIoU against target-only, points.csv']
    lost = {row[0]: float(row[1]) for row in rows}
    means = {m: np.mean([results[pair, m, s]['mIoU'] for s in '01']) for m in METHODS}
    assert lost['dann'] == pytest.approx(means['target-only'] - means['dann'])
    _check_without_labels(tables, 100 * counts.sum(1) / counts.sum())
    _, *rows = tables['Learning curves: loss.csv']
    assert ['dann', '1', '2.5', '2.0', '3.0'] in rows


def _check_without_labels(tables, true):
    _, *rows = tables['Class shares of the target, estimated without labels, %.csv']
    estimated = {row[0]: np.array(row[1:], float) for row in rows}
    assert estimated['truth (ORACLE)'] == pytest.approx([*true, 0])
    off = np.abs(true - [20, 20, 60]).sum() / 2
    assert estimated['MLLS by source-only'] == pytest.approx([20, 20, 60, off])
    _, *rows = tables['Pseudo labels of each round, %.csv']
    assert rows == [
        ['dann', '0', '1', '25.0', '0.0', '0.0', '100.0'],
        ['dann', '0', '2', '25.0', '10.0', '0.0', '90.0'],
        ['dann', '1', '1', '25.0', '0.0', '0.0', '100.0'],
    ]


def test_without_maps_differences_are_drawn_over_seeds(runs):
    results = find_results([runs])
    rows = {(r.pair, r.method): r for r in overview(results, {})}
    row = rows['hannover to vaihingen', 'dann']
    assert row.drawn == 'seeds'
    assert row.interval[0] <= row.difference <= row.interval[1]
    alone = [r for r in results if r.seed == 0]
    rows = {(r.pair, r.method): r for r in overview(alone, {})}
    assert rows['hannover to vaihingen', 'dann'].interval is None
    over_pairs = {a.method: a for a in aggregates(list(rows.values()), 'source-only')}
    assert over_pairs['dann'].improvement == 1
    assert over_pairs['dann'].pairs == over_pairs['dann'].wins == 2


def test_what_can_not_be_reported(runs, tmp_path):
    with pytest.raises(FileNotFoundError, match='no finished run in nowhere'):
        find_results(['nowhere'])
    with pytest.raises(FileNotFoundError, match='no selection nowhere'):
        read_selection('nowhere', [])
    selection = _select(runs)
    (runs / '0/oracle/iter_2.json').unlink()
    with pytest.raises(FileNotFoundError, match=r'iter_2\.pth .* was not measured'):
        read_selection(selection, [])
    selection.write_text('{}')
    with pytest.raises(ValueError, match='has no checkpoints, methods, pair, scores'):
        read_selection(selection, [])
    with pytest.raises(ValueError, match="no run is of 'x', expected one of dann"):
        write_report_page([runs], tmp_path / 'report.html', control='x')
    Path(runs / '1').rename(tmp_path / 'other')
    copy = tmp_path / 'copy'
    copy.mkdir()
    for file in (*Path(runs / '0').glob('*.py'), runs / '0/test.json'):
        (copy / file.name).write_text(file.read_text())
    with pytest.raises(ValueError, match='are both source-only, hannover to vaih'):
        find_results([runs, copy])
