"""A run small enough for seconds: a config file and its data, made in a folder."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import cv2
import numpy as np
from conftest import toy_adaptor, toy_optimizers
from mmengine.utils import ManagerMixin

from mmuda.__main__ import main
from mmuda.datasets.rasters import encode_geotiff

SECONDS = 120  # until a tool that hangs is stopped
CONFIG = """
_base_ = 'mmuda::_base_/default_runtime.py'
meta = dict(classes=('a', 'b', 'c'), palette=[[255, 0, 0], [0, 255, 0], [0, 0, 255]])
flip = [dict(type='RandomFlip', prob=0.5)]
pack = [dict(type='PackSegInputs')]

def images(domain, labels, flips=flip):
    prefix = dict(img_path=domain + '/images')
    load = [dict(type='LoadRaster')]
    if labels:
        prefix['seg_map_path'] = domain + '/labels'
        load.append(dict(type='LoadLabels', num_classes=3))
    return dict(
        type='FolderDataset', data_root={data!r}, metainfo=meta, img_suffix='.tif',
        data_prefix=prefix, pipeline=load + flips + pack)

model = {model!r}
optim_wrapper = {optimizers!r}
train_dataloader = dict(
    batch_size={batch_size}, num_workers={workers},
    sampler=dict(type='PairedSampler', mapping={mapping!r}),
    dataset=dict(
        type='DomainConcatDataset',
        source=images('source', True), target=images('target', False)))
val_dataloader = dict(
    batch_size=1, num_workers=0, dataset=images('target', True, []),
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
train_cfg = dict(type='IterBasedTrainLoop', max_iters={max_iters}, val_interval=3)
default_hooks = dict(checkpoint=dict(interval=4), logger=dict(interval=1))
pairing = {pairing!r}
del images
"""


def make_data(folder, number=6, size=16):
    """Folders of images and labels of two domains."""
    rng = np.random.default_rng(0)
    for domain in ('source', 'target'):
        for kind in ('images', 'labels'):
            (folder / domain / kind).mkdir(parents=True)
        for i in range(number):
            labels = rng.integers(3, size=(size, size), dtype=np.uint8)
            image = 60 * labels[..., None] + rng.integers(60, size=(size, size, 3))
            raster = encode_geotiff(image.astype(np.uint8), ('red', 'green', 'blue'))
            (folder / domain / 'images' / f'{i}.tif').write_bytes(raster)
            cv2.imwrite(str(folder / domain / 'labels' / f'{i}.png'), labels)
    return folder


def write_config(folder, name='toy', **settings):
    """A config file in ``folder``."""
    defaults = dict(
        data=str(folder / 'data'),
        batch_size=4,
        workers=0,
        mapping=None,
        max_iters=6,
        model=toy_adaptor(dropout=settings.pop('dropout', 0.0)).to_dict(),
        optimizers=toy_optimizers(),
    )
    settings = {**defaults, **settings}
    # Without a mapping partners are random.
    settings['pairing'] = dict(strategy='random') if settings['mapping'] else None
    file = folder / f'{name}.py'
    file.write_text(CONFIG.format(**settings))
    return str(file)


def mmuda(*words, check=True, processes=1, **environment):
    """Run a tool in a process of its own, or in several; returns it with its output.

    They are forks of this one, which has imported already what the tool needs.
    """
    words = ['mmuda', *map(str, words)]
    environment = {'OMP_NUM_THREADS': '1', **environment}
    places = [{}] if processes == 1 else _places(processes)
    with tempfile.TemporaryFile('w+') as out, tempfile.TemporaryFile('w+') as err:
        forks = [_fork(words, {**environment, **place}, out, err) for place in places]
        code = _join(forks)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    done = subprocess.CompletedProcess(words, code, *texts)
    assert not check or code == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def _places(processes):
    """What a launcher tells each of several processes by its environment."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        meet = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(free.getsockname()[1]))
    for rank in map(str, range(processes)):
        yield dict(meet, RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=str(processes))


def _fork(words, environment, out, err):
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        os._exit(_run_tool(words, environment, out, err))
    return child


def _join(forks):
    """Wait for all; the status of the first that fails, which stops the others."""
    code, running = 0, list(forks)
    while running:
        child = running.pop(0)
        ended, status = os.waitpid(child, os.WNOHANG if running else 0)
        if not ended:
            running.append(child)
            time.sleep(0.01)
        elif not code and (code := os.waitstatus_to_exitcode(status)):
            for other in running:
                os.kill(other, signal.SIGKILL)
    return code


def forget_instances(kind):
    """Let loggers and visualizers of the parent not be taken for those of the run."""
    if hasattr(kind, '_instance_dict'):
        kind._instance_dict.clear()
    for child in kind.__subclasses__():
        forget_instances(child)


def _run_tool(words, environment, out, err):
    """What the child does; returns its exit status."""
    for stream, file in ((1, out), (2, err)):
        os.dup2(file.fileno(), stream)
    sys.stdout, sys.stderr = (open(n, 'w', buffering=1) for n in (1, 2))  # noqa: SIM115
    os.environ.update(environment)
    sys.path[:0] = environment.get('PYTHONPATH', '').split(os.pathsep)
    subprocess.run = run_as_fork
    return _run_main(words)


def _run_main(words):
    sys.argv = words
    forget_instances(ManagerMixin)
    try:
        main()
    except SystemExit as stopped:
        return stopped.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


_run = subprocess.run


def run_as_fork(command, **options):
    """``subprocess.run``, but commands of mmuda are forks, which import nothing."""
    if command[:3] != [sys.executable, '-m', 'mmuda'] or set(options) - {'env'}:
        return _run(command, **options)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        if 'env' in options:
            os.environ.clear()
            os.environ.update(options['env'])
        os._exit(_run_main(command[2:]))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return subprocess.CompletedProcess(command, code)
