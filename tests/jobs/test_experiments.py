"""Plans: expanded, run once, failures kept apart."""

import json
import time
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from toy_run import make_data, mmuda, write_config

from mmuda.jobs.experiments import execute
from mmuda.jobs.experiments.conduct import conduct, list_jobs
from mmuda.jobs.experiments.plan import expand, read_plan
from mmuda.jobs.experiments.record import scalars_of
from mmuda.jobs.experiments.tables import wins

PLANS = sorted((Path(__file__).parents[2] / 'configs/plans').glob('*.py'))


def test_a_plan_is_every_combination():
    """Against loops written out."""
    plan = dict(
        methods=dict(
            A=dict(config='a.py', alphas=[None, 0.5], variants=['', 'x']),
            B=dict(config='b.py', averaged=[False, True]),
        ),
        variants=dict(x={'pairing.strategy': 'random'}),
        pairs=[('s', 't'), (['s', 'u'], 't')],
        seeds=[0, 1, 2],
        size='demo',
        last=3,
    )
    found = {
        (r.method, r.loading['source'].__str__(), r.row.alpha, r.variant, r.seed)
        for r in expand(plan)
    }
    expected = set()
    for source, seed in product(('s', "['s', 'u']"), (0, 1, 2)):
        expected.add(('B', source, None, '', seed))
        expected.add(('B+averaged', source, None, '', seed))
        for alpha, variant in product((None, 0.5), ('', 'x')):
            name = 'A' + (' x' if variant else '') + ('@0.5' if alpha else '')
            expected.add((name, source, alpha, variant, seed))
    assert found == expected
    assert len(expand(plan)) == 2 * 3 * 6
    assert all(run.row.averaged == ('+' in run.method) for run in expand(plan))
    assert {run.last for run in expand(plan)} == {3}
    assert all(run.loading['demo'] for run in expand(plan))
    (varied,) = {str(r.loading['options']) for r in expand(plan) if r.variant}
    assert varied == "{'pairing.strategy': 'random'}"


@pytest.mark.parametrize('file', PLANS, ids=[p.stem for p in PLANS])
def test_plans_of_the_package_name_what_there_is(file):
    plan = read_plan(file)
    configs = {run.row.config.removeprefix('mmuda::') for run in plan.runs}
    assert configs
    assert all((file.parents[1] / config).is_file() for config in configs)
    assert plan.tables
    assert file.name in file.with_name('README.md').read_text()


def test_semsim_has_20_pairs():
    plan = read_plan('mmuda::plans/semsim.py')
    pairs = {(r.loading['source'], r.loading['target']) for r in plan.runs}
    assert len(pairs) == 20
    assert len(plan.runs) == 20 * 8 * 3


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('methods = {}', 'a plan names `methods`'),
        ("methods = dict(a=dict(config='a.py'))\nsize = 'tiny'", "got 'tiny'"),
        ("methods = dict(a=dict(config='a.py', seed=1))", 'method a says seed'),
        ("methods = dict(a=dict(config='a.py', variants=['x']))", "the variant 'x'"),
        ("methods = dict(a=dict(config='a.py', averaged=True))", 'averaged is True'),
        ("methods = dict(a=dict(config='a.py'))\nlast = 0", 'last must be at least 1'),
        (
            "methods = dict(a=dict(config='a.py'))\n"
            "tables = [dict(title='T', control='b')]",
            'table T names b, expected some of a',
        ),
    ],
)
def test_what_a_plan_can_not_mean(tmp_path, text, message):
    (tmp_path / 'plan.py').write_text(text)
    with pytest.raises(ValueError, match=message):
        read_plan(tmp_path / 'plan.py')


@pytest.fixture
def calls(monkeypatch):
    """Commands run as forks of this process, and are listed."""
    made = []

    def run(command, stdout, env, **_):
        words = command[command.index('mmuda') + 1 :]
        made.append(words)
        done = mmuda(*words, check=False)
        stdout.write(done.stdout + done.stderr)
        stdout.flush()
        return done

    stand_in = SimpleNamespace(run=run, STDOUT=None)
    monkeypatch.setattr(execute, 'subprocess', stand_in)
    return made


def test_a_plan_runs_once_and_a_failure_stops_nobody(tmp_path, calls, capsys):
    make_data(tmp_path / 'data')
    good = write_config(tmp_path, 'good', max_iters=2)
    bad = write_config(tmp_path, 'bad', batch_size=3)
    plan = tmp_path / 'plan.py'
    plan.write_text(
        f"methods = dict(bad=dict(config='{bad}'), "
        f"good=dict(config='{good}', alphas=[None, 1]), "
        f"varied=dict(config='{good}', variants=['in line']))\n"
        "variants = {'in line': {'train_dataloader.num_workers': 0}}\n"
        "tables = [dict(title='Toys', columns='pairs', control='good')]\n"
    )
    with pytest.raises(ValueError, match='1 of 3 trainings failed'):
        conduct(plan)
    printed = capsys.readouterr().out
    assert '[1/3] bad: failed: train_dataloader.batch_size is 3, expected' in printed
    assert '[3/3] good_in-line: done' in printed
    assert [words[0] for words in calls if 'good' in words[1]].count('train') == 2
    results = json.loads(Path('work_dirs/plans/plan/results.json').read_text())
    methods = [row['method'] for row in results['rows']]
    assert methods == ['good', 'good@1', 'varied in line']
    folder = next(Path(f) for f in results['folders'] if f.endswith('good'))
    _check_record(folder)

    Path(folder, 'metrics.jsonl').unlink()  # killed before it was written
    calls.clear()
    with pytest.raises(ValueError, match='1 of 2 trainings failed'):
        conduct(plan)
    assert all('bad' in words[1] for words in calls)
    _check_record(folder)

    calls.clear()
    list_jobs(plan)
    assert '2 of 3 finished' in capsys.readouterr().out
    assert not calls
    with pytest.raises(ValueError, match='1 of 1 trainings failed'):
        conduct(plan)
    assert all('bad' in words[1] for words in calls)
    _check_precision(plan, calls, capsys)


def _check_precision(plan, calls, capsys):
    """Finished runs of another precision are not taken for those of the plan."""
    plan.write_text(plan.read_text() + 'amp = True\n')
    calls.clear()
    with pytest.raises(ValueError, match='3 of 3 trainings failed'):
        conduct(plan)
    assert all('bad' in words[1] for words in calls)
    printed = capsys.readouterr().out
    assert 'was trained with amp False, this run has True' in printed
    results = json.loads(Path('work_dirs/plans/plan/results.json').read_text())
    assert not results['rows']


def _check_record(folder):
    record = json.loads((folder / 'run.json').read_text())
    assert record['method'] == 'good'
    assert 'PyTorch' in record['starts'][0]['environment']
    assert record['starts'][0]['git'] is None  # the config is in no repository
    lines = [json.loads(t) for t in (folder / 'metrics.jsonl').read_text().splitlines()]
    assert lines[0] == scalars_of(folder)[0]
    tests = {line['test']: line['mIoU'] for line in lines if 'test' in line}
    for suffix, value in tests.items():
        assert json.loads((folder / f'test{suffix}.json').read_text())['mIoU'] == value
    assert set(tests) == {'', '@1'}


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    with (
        execute._locked(tmp_path),
        pytest.raises(ValueError, match='another process is at work'),
        execute._locked(tmp_path),
    ):
        raise AssertionError('the lock was given twice')


def test_of_an_iteration_made_twice_the_later_log_counts(tmp_path):
    for name, first, loss in (('1', 1, 5.0), ('2', 2, 3.0)):
        (tmp_path / name / 'vis_data').mkdir(parents=True)
        lines = [{'iter': i, 'step': i, 'loss': loss} for i in (first, first + 1)]
        text = '\n'.join(json.dumps(line) for line in lines)
        (tmp_path / name / 'vis_data/scalars.json').write_text(text)
    assert [s['loss'] for s in scalars_of(tmp_path)] == [5.0, 3.0, 3.0]


def test_runs_at_a_time_share_the_cores(monkeypatch):
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 8)
    assert execute.on_cores(1) == [{'OMP_NUM_THREADS': '8'}]
    assert execute.on_cores(3) == [{'OMP_NUM_THREADS': '2'}] * 3
    assert execute.on_cores(9) == [{'OMP_NUM_THREADS': '1'}] * 9
    with pytest.raises(ValueError, match='--jobs must be at least 1, got -1'):
        execute.on_cores(-1)


def test_wins():
    def row(mean):
        return {'mIoU': {'mean': mean}}

    results = {('p', 'a'): row(1), ('p', 'b'): row(2)}
    results |= {('q', 'a'): row(3), ('q', 'b'): row(2), ('r', 'b'): row(9)}
    assert wins('a', 'b', results) == '1/2'
    assert wins('a', 'a', results) == '-'


def test_what_others_need_is_made_first_and_by_one(monkeypatch):
    """And on each device is one job at a time; what needs a failed one is left out."""
    needs = {'a': set(), 'b': {'a'}, 'c': {'x'}, 'd': {'x'}, 'e': {'b'}}
    monkeypatch.setattr(execute, '_needed_folders', needs.get)
    jobs = {
        name: execute.Job([SimpleNamespace(folder=Path(name), cfg=name)])
        for name in 'ebadc'
    }
    stages = [
        {job.name for job in stage} for stage in execute.stages_of(list(jobs.values()))
    ]
    assert stages[0] >= {'a'}
    assert [i for i, stage in enumerate(stages) if 'b' in stage] == [1]
    assert [i for i, stage in enumerate(stages) if 'e' in stage] == [2]
    assert not [stage for stage in stages if {'c', 'd'} <= stage]
    used = []

    def do(job, place):
        assert place not in used
        used.append(place)
        time.sleep(0.01)
        used.remove(place)
        return 'broken' if job.name == 'a' else None

    monkeypatch.setattr(execute.Job, 'do', do)
    found = {
        job.name: error
        for job, error in execute.execute(list(jobs.values()), execute.on_gpus('01'))
    }
    assert found['a'] == 'broken'
    assert found['b'] == 'needs a, which failed'
    assert found['e'] == 'needs b, which failed'
    assert found['c'] is found['d'] is None
