"""What a run leaves behind: what it was, where it was started, what it measured."""

import json
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.utils.dl_utils import collect_env

from mmuda.files import write_atomically
from mmuda.jobs.oracle import is_oracle

if TYPE_CHECKING:
    from mmuda.jobs.experiments.run import Run

RECORD = 'run.json'
METRICS = 'metrics.jsonl'


def record_start(run: 'Run') -> None:
    """Note in ``run.json`` what a run is, and from where it was started this time.

    Each start adds the time, the environment and the state of the repository that the
    config is in. What rows of one training differ in is not told here.
    """
    cfg, file = run.cfg, run.folder / RECORD
    before = json.loads(file.read_text()) if file.is_file() else {}
    start = {
        'time': time.strftime('%Y-%m-%d %H:%M:%S'),
        'environment': environment(),
        'git': git_state(Path(cfg.filename).resolve().parent),
    }
    source = cfg.get('source')
    record = {
        'config': str(cfg.filename),
        'method': run.method and run.method.removesuffix(run.row.suffix),
        'source': [source] if isinstance(source, str) else source,
        'target': cfg.get('target'),
        'seed': run.seed,
        'size': cfg.get('cut_down'),
        'options': dict(run.loading.get('options', {})),
        'oracle': is_oracle(cfg),
        'max_iters': cfg.train_cfg.max_iters,
        'starts': [*before.get('starts', []), start],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(file) as out:
        json.dump(record, out, indent=2)


@cache
def environment() -> dict[str, str]:
    """That of mmengine's log: Python, PyTorch, GPUs, compilers."""
    return {key: str(value) for key, value in collect_env().items()}


@cache
def git_state(folder: Path) -> dict | None:
    """Commit of the repository around a folder and the files that differ from it.

    Returns:
        ``commit`` and ``changed``; None outside of a repository, or without git.
    """
    try:
        commit = _git(folder, 'rev-parse', 'HEAD').strip()
        changed = _git(folder, 'status', '--porcelain', '--untracked-files=no')
    except (OSError, subprocess.CalledProcessError):
        return None
    return {'commit': commit, 'changed': [line[3:] for line in changed.splitlines()]}


def _git(folder: Path, *words: str) -> str:
    command = ['git', '-C', str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def scalars_of(folder: Path) -> list[dict]:
    """What a training logged, in the order of iterations.

    Of an iteration that was made twice, before and after a run was killed, the later
    log counts.

    Args:
        folder: Of the run.

    Returns:
        One dict per logged iteration: ``iter``, ``time`` per iteration in seconds, and
        losses; validations have ``step`` and figures in percent.
    """
    logged = {}
    for file in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            found = json.loads(line)
            if 'step' in found:
                logged[found['step'], 'iter' in found] = found
    return [logged[key] for key in sorted(logged)]


def write_metrics(folder: Path) -> None:
    """Write ``metrics.jsonl``: what was logged in training, then each test."""
    tests = [
        {'test': name, **json.loads(file.read_text())}
        for name, file in _tests_in(folder).items()
    ]
    with write_atomically(folder / METRICS) as out:
        for line in [*scalars_of(folder), *tests]:
            out.write(json.dumps(line) + '\n')


def has_all_metrics(folder: Path) -> bool:
    """Whether ``metrics.jsonl`` tells of every test that was made.

    It does not if a run was killed between its last test and the end.
    """
    file = folder / METRICS
    if not file.is_file():
        return False
    told = {json.loads(line).get('test') for line in file.read_text().splitlines()}
    return told >= set(_tests_in(folder))


def _tests_in(folder: Path) -> dict[str, Path]:
    """Files of the figures, by what tells the tests of a run from each other."""
    files = sorted(folder.glob('test*.json'))
    return {file.stem.removeprefix('test'): file for file in files}


def seconds_per_iteration(folder: Path) -> float | None:
    """Mean over what a training logged; None if it logged nothing."""
    times = [line['time'] for line in scalars_of(folder) if 'iter' in line]
    return sum(times) / len(times) if times else None
