"""The long part of the fault suite: ``make faults``, or one part by its name.

    python tests/faults/long.py [PART ...] [--seed N]

Every part works in a folder of its own, prints what it did and what it found, and fails
if anything ended in a traceback, hung, was lost or came out wrong. ``full`` needs root,
for a small file system in memory; without it, it says so.
"""

# ruff: noqa: T201
import argparse
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE), str(HERE.parents[1])]

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import torch  # noqa: E402
import toy_run  # noqa: E402
from table import ROWS  # noqa: E402
from table.commands import PREDICT, RESUME, TRAIN, TRANSLATE  # noqa: E402
from toy_run import mmuda  # noqa: E402
from world import copy_world, make_world  # noqa: E402

from mmuda.datasets.rasters import open_raster  # noqa: E402
from mmuda.engine.checkpoint import load_checked  # noqa: E402

COMMANDS = {
    'train': TRAIN,
    'resume': RESUME,
    'pair': 'pair toy.py --strategy approximation --checkpoint toy.pth --out out/m.csv',
    'translate': TRANSLATE,
    'compare': 'compare toy.py --out out',
    'export': 'export toy.py toy.pth --out out/model',
    'predict': PREDICT,
}


class Findings:
    """What went wrong, and how often what was done."""

    def __init__(self) -> None:
        self.done: Counter = Counter()
        self.wrong: list[str] = []

    def check(self, good: bool, what: str) -> None:
        if not good:
            self.wrong.append(what)
            print('WRONG:', what, flush=True)


@contextmanager
def own_world(world: Path) -> Iterator[Path]:
    """A copy of the world as the working folder, which always has the same name."""
    back = os.getcwd()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, 'world')
        copy_world(world, folder)
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(back)


def refuses(done: subprocess.CompletedProcess, name: str, found: Findings) -> str:
    """Check that a command ended well or with one line; returns the line."""
    said = done.stdout + done.stderr
    lines = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    found.check('Traceback' not in said, f'{name}: a traceback: {said[-1500:]}')
    found.check(
        done.returncode in (0, 2), f'{name}: status {done.returncode}: {said[-500:]}'
    )
    found.check(
        len(lines) == (1 if done.returncode else 0), f'{name}: {len(lines)} lines'
    )
    return lines[0] if lines else ''


def table(world: Path, rng: random.Random, found: Findings) -> None:
    """Every case of the table."""
    del rng
    for row in ROWS:
        for name, words in row.cases():
            with own_world(world):
                if row.spoil is not None:
                    row.spoil()
                line = refuses(mmuda(*shlex.split(words), check=False), name, found)
                found.check(bool(re.search(row.line, line)), f'{name}: {line!r}')
                found.done['bad inputs'] += 1


def mutated(content: bytes, rng: random.Random) -> bytes:
    """A checkpoint with bytes changed, cut off, taken out or put in."""
    changed = bytearray(content)
    # Most of a checkpoint is its weights; the pickle decides what is made of them.
    at = content.find(b'data.pkl') if rng.random() < 0.7 else 0
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        place = at + int(rng.random() ** 2 * (len(changed) - at))
        kind = rng.randrange(4)
        if kind == 0:
            changed[place] = rng.randrange(256)
        elif kind == 1:
            del changed[place : place + rng.choice((1, 4, 1000))]
        elif kind == 2:
            changed[place:place] = rng.randbytes(rng.choice((1, 4, 100)))
        else:
            changed[place] ^= 1 << rng.randrange(8)
        if len(changed) <= at + 1:
            break
    return (
        bytes(changed)
        if rng.random() > 0.1
        else bytes(changed[: rng.randrange(len(changed))])
    )


def checkpoints(world: Path, rng: random.Random, found: Findings) -> None:
    """500 mutated checkpoints: refused in one line, or read with finite weights.

    Half are of the older format without a zip, where a checksum guards nothing.
    """
    with own_world(world):
        content = torch.load('run/iter_4.pth', weights_only=False)
        torch.save(content, 'old.pth', _use_new_zipfile_serialization=False)
        originals = [Path(file).read_bytes() for file in ('run/iter_4.pth', 'old.pth')]
        for number in range(500):
            Path('m.pth').write_bytes(mutated(originals[number % 2], rng))
            outcome = in_a_fork(lambda: load_checked('m.pth'))
            found.done[f'checkpoints {outcome}'] += 1
            good = outcome in ('read', 'refused')
            if not good:
                shutil.copy('m.pth', f'/tmp/mutated-{number}.pth')
            found.check(good, f'checkpoint {number}: {outcome}')


def in_a_fork(work: Callable[[], object]) -> str:
    """``read``, ``refused``, or how else the work ended in a process of its own."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            work()
            os._exit(0)
        except (ValueError, FileNotFoundError):
            os._exit(3)
        except BaseException:
            os._exit(4)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: 'read', 3: 'refused', 4: 'another error'}.get(code, f'ended by {code}')


def kills(world: Path, rng: random.Random, found: Findings) -> None:
    """50 SIGKILLs at random moments; the same command then ends as without them."""
    wholes = {name: whole(world, name) for name in COMMANDS}
    names = list(COMMANDS)
    while found.done['kills'] < 50:
        name = names[found.done['kills'] % len(names)]
        with own_world(world):
            words = shlex.split(COMMANDS[name])
            _, seconds = wholes[name]
            killed = start(words)
            time.sleep(rng.random() * seconds)
            if killed.poll() is None:
                found.done['kills'] += 1
            end(killed)
            look_for_halves(name, found)
            again = [*words, '--resume'] if name == 'train' else words
            refuses(mmuda(*again, check=False), f'{name} after a kill', found)
            found.check(
                results() == wholes[name][0], f'{name} after a kill: other results'
            )
            left = [f for f in Path().rglob('.*') if f.name.endswith('.tmp')]
            left += [f for f in Path().rglob('.pairing*')]
            found.check(not left, f'{name} after a kill: {left} are left')


def whole(world: Path, name: str) -> tuple[dict, float]:
    """Results of a command that nobody disturbs, and the seconds it takes."""
    with own_world(world):
        begin = time.monotonic()
        done = start(shlex.split(COMMANDS[name]))
        assert done.wait() == 0, name
        return results(), time.monotonic() - begin


def start(words: list[str]) -> subprocess.Popen:
    """Start a tool, a fork of this process, in a process group of its own."""
    return _Fork(words)


class _Fork:
    """A running tool."""

    def __init__(self, words: list[str]) -> None:
        self.code = None
        self.child = os.fork()
        if self.child:
            os.setpgid(self.child, self.child)  # it may be killed before it does so
        else:
            os.setpgid(0, 0)
            with open(os.devnull, 'w+') as nothing:
                os._exit(
                    toy_run._run_tool(
                        ['mmuda', *words], {'OMP_NUM_THREADS': '1'}, nothing, nothing
                    )
                )

    def poll(self) -> int | None:
        if self.code is None:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.02)
        return self.code


def end(process: _Fork) -> None:
    """Kill a tool with all it started."""
    if process.poll() is None:
        os.killpg(process.child, signal.SIGKILL)
    process.wait()


def results() -> dict[str, object]:
    """What a command made, in a form that can be compared."""
    found = {}
    for file in sorted(Path().rglob('*')):
        name = str(file)
        if file.suffix == '.pth' and file.parts[0] in ('out', 'run', 'work_dirs'):
            if 'iter_4' not in name or file.parts[0] == 'run':
                weights = load_checked(name)['state_dict']
                found[name] = [(k, v.numpy().tobytes()) for k, v in weights.items()]
        elif file.suffix == '.tif' and file.parts[0] == 'out':
            with open_raster(file) as raster:
                found[name] = raster.read().tobytes()
        elif file.suffix in ('.csv', '.py') and file.parent == Path('out'):
            if file.name != 'toy.py':  # it says whether the run was resumed
                found[name] = file.read_bytes()
        elif file.name in ('results.json', 'test.json'):
            found[name] = json.loads(file.read_text())
    return found


def look_for_halves(name: str, found: Findings) -> None:
    """Whatever has its own name is whole, at any moment."""
    for file in Path().rglob('*'):
        try:
            if file.suffix == '.pth':
                load_checked(str(file))
            elif file.suffix == '.json' and 'vis_data' not in file.parts:
                json.loads(file.read_text())
            elif file.suffix == '.tif':
                with open_raster(file) as raster:
                    raster.read()
        except ValueError as error:
            found.check(False, f'{name}: half of {file}: {error}')


def full(world: Path, rng: random.Random, found: Findings) -> None:
    """100 full disks, at random sizes: one line, nothing half, and then it goes on."""
    if os.geteuid():
        print('full: needs root to mount a small file system; left out')
        return
    names = ['train', 'pair', 'translate', 'export', 'resume']
    sizes = {name: needed(world, name) for name in names}
    for number in range(100):
        name = names[number % len(names)]
        words = shlex.split(COMMANDS[name])
        spare = int(rng.random() * 1.1 * sizes[name]) >> 10
        there = taken(world / 'run') if name == 'resume' else 0
        with own_world(world) as folder, small_disk(spare + there) as disk:
            if name == 'resume':
                shutil.move('run', disk / 'run')
                os.symlink(disk / 'run', folder / 'run')
            else:
                os.symlink(disk, folder / 'out')
            done = mmuda(*words, check=False)
            line = refuses(done, f'{name} with {spare} KiB', found)
            said = 'space' in line
            found.check(
                done.returncode == 0 or said, f'{name} with {spare} KiB: {line!r}'
            )
            found.done['full disks' if done.returncode else 'disks large enough'] += 1
            look_for_halves(f'{name} with {spare} KiB', found)


def taken(folder: Path) -> int:
    """KiB that a folder takes on a disk, in pages of 4."""
    return sum(4 + 4 * -(-f.lstat().st_size // 4096) for f in folder.rglob('*'))


def needed(world: Path, name: str) -> int:
    """Bytes that a command writes."""
    with own_world(world):
        before = sum(f.stat().st_size for f in Path('run').rglob('*') if f.is_file())
        mmuda(*shlex.split(COMMANDS[name]))
        folder = Path('run' if name == 'resume' else 'out')
        size = sum(f.stat().st_size for f in folder.rglob('*') if f.is_file())
        return max(size - (before if name == 'resume' else 0), 64 << 10)


@contextmanager
def small_disk(kib: int) -> Iterator[Path]:
    """A file system with so much space, and what a folder takes."""
    with tempfile.TemporaryDirectory() as folder:
        size = f'size={max(kib, 4)}k'
        subprocess.run(
            ['mount', '-t', 'tmpfs', '-o', size, 'tmpfs', folder], check=True
        )
        try:
            yield Path(folder)
        finally:
            subprocess.run(['umount', '-l', folder], check=True)


def processes(world: Path, rng: random.Random, found: Findings) -> None:
    """Two processes, one of them killed at a random moment: both end, nothing hangs."""
    environment = {**os.environ, 'OMP_NUM_THREADS': '1'}
    environment['PYTHONPATH'] = os.pathsep.join(sys.path[:3])
    command = [sys.executable, '-m', 'torch.distributed.run', '--standalone']
    command += ['--nproc-per-node=2', '-m', 'mmuda', *shlex.split(TRAIN)]
    for _ in range(4):
        with own_world(world):
            run = subprocess.Popen(
                [*command, '--launcher', 'pytorch'],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(5 + rng.random() * 20)
            ranks = running_ranks(run)
            if ranks:
                rng.choice(ranks).kill()
                found.done['processes killed'] += 1
            try:
                code = run.wait(timeout=300)
                found.check(bool(code) == bool(ranks), f'two processes: status {code}')
            except subprocess.TimeoutExpired:
                killed = 'one of them killed' if ranks else 'none of them killed'
                found.check(False, f'two processes, {killed}: not ended after 300 s')
                os.killpg(run.pid, signal.SIGKILL)
                run.wait()
            look_for_halves('two processes', found)
            done = mmuda(*shlex.split(TRAIN), '--resume', check=False)
            refuses(done, 'one process after two', found)
            found.check(os.path.exists('out/iter_6.pth'), 'one process after two: none')


def running_ranks(launcher: subprocess.Popen) -> list[psutil.Process]:
    """Processes that a launcher started and that have not ended.

    One that has ended, and waits to be noticed, can not be killed any more.
    """
    if launcher.poll() is not None:
        return []
    children = psutil.Process(launcher.pid).children()
    return [c for c in children if c.status() != psutil.STATUS_ZOMBIE]


LEVEL = """
import os, psutil
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

@HOOKS.register_module()
class Level(Hook):
    def after_train_iter(self, runner, *args, **kwargs):
        if (runner.iter + 1) % 100 == 0:
            own = psutil.Process()
            every = [own, *own.children(recursive=True)]
            memory = sum(process.memory_full_info().uss for process in every)
            with open('level.txt', 'a') as text:
                print(memory, sum(p.num_fds() for p in every), len(every), file=text)
"""


def level(world: Path, rng: random.Random, found: Findings) -> None:
    """Memory and descriptors over 1,000 iterations with workers."""
    del rng
    with own_world(world) as folder:
        Path('level_hook.py').write_text(LEVEL)
        with open('toy.py', 'a') as text:
            text.write(
                "custom_imports = dict(imports=['level_hook'])\n"
                "custom_hooks = [dict(type='Level')]\n"
                "train_cfg['max_iters'], train_cfg['val_interval'] = 1000, 250\n"
                'train_dataloader.update(num_workers=2, persistent_workers=True)\n'
                "default_hooks['checkpoint']['interval'] = 100\n"
            )
        toy_run.SECONDS = 1500
        mmuda(*shlex.split(TRAIN), PYTHONPATH=str(folder))
        memory, descriptors, count = np.loadtxt('level.txt', int).T
        print(
            'level: MiB', (memory >> 20).tolist(), 'descriptors', descriptors.tolist()
        )
        found.done['iterations'] += 1000
        found.check(len(set(count[1:])) == 1, f'level: processes {count.tolist()}')
        found.check(
            descriptors[-1] <= descriptors[1:5].max(), f'level: {descriptors.tolist()}'
        )
        grown = (memory[-3:].mean() - memory[2:5].mean()) / 2**20
        found.check(grown < 16, f'level: memory has grown by {grown:.1f} MiB')


PARTS = (table, checkpoints, kills, full, processes, level)


def main() -> int:
    """Run the parts asked for; returns the exit status."""
    names = [part.__name__ for part in PARTS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'parts', nargs='*', metavar='PART', help=f'of {", ".join(names)}'
    )
    parser.add_argument('--seed', type=int, default=int(time.time()))
    args = parser.parse_args()
    wanted = args.parts or names
    print('seed', args.seed, flush=True)
    toy_run.SECONDS = 600
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_world(folder)
        for part in (p for p in PARTS if p.__name__ in wanted):
            found, begin = Findings(), time.monotonic()
            part(Path(folder), random.Random(args.seed), found)
            took = time.monotonic() - begin
            counts = ', '.join(f'{n} {what}' for what, n in found.done.items())
            print(f'{part.__name__}: {counts}; {len(found.wrong)} wrong; {took:.0f} s')
            wrong += len(found.wrong)
        os.chdir('/')
    return int(wrong > 0)


if __name__ == '__main__':
    sys.exit(main())
