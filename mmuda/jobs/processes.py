"""Several processes of one run: who is first, and what the others learn of it."""

import os
from collections.abc import Callable
from datetime import timedelta

import torch
from mmengine.config import Config
from mmengine.dist import init_dist

from mmuda.jobs.errors import in_one_line, told

# Preparation, such as training a source model, may take that long.
PATIENCE = timedelta(days=7)
# By launcher what it calls rank, number of processes and rank on the machine.
VARIABLES = {
    'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    'mpi': (
        'OMPI_COMM_WORLD_RANK',
        'OMPI_COMM_WORLD_SIZE',
        'OMPI_COMM_WORLD_LOCAL_RANK',
    ),
}
NAMES = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK')


def set_ranks(launcher: str) -> None:
    """Let ``RANK`` and its like be there, whatever started the processes.

    Raises:
        ValueError: If the launcher did not start this process.
    """
    for name, given in zip(NAMES, VARIABLES.get(launcher, NAMES), strict=True):
        if launcher == 'none' or (launcher == 'mpi' and given not in os.environ):
            continue  # of other MPIs than Open MPI, mmengine knows more
        if given not in os.environ:
            raise ValueError(
                f'--launcher {launcher}, but {given} is not set: start the command by '
                f'{"torchrun" if launcher == "pytorch" else launcher}'
            )
        os.environ[name] = os.environ[given]


def join_processes(cfg: Config) -> None:
    """Join the processes that a launcher started, before anything is prepared.

    On a machine without a GPU mmengine can not; its settings are put right for that.
    """
    launcher = cfg.get('launcher', 'none')
    set_ranks(launcher)
    if launcher == 'none' or torch.distributed.is_initialized():
        return
    if torch.cuda.is_available():
        init_dist(launcher, **cfg.env_cfg.get('dist_cfg', dict(backend='nccl')))
        return
    torch.distributed.init_process_group('gloo')
    cfg.env_cfg.dist_cfg.backend = 'gloo'
    cfg.sync_bn = None  # runs on GPUs alone
    cfg.setdefault('model_wrapper_cfg', dict(type='MMDistributedDataParallel'))
    cfg.model_wrapper_cfg.setdefault('device_ids', None)


def first_alone(work: Callable[[], None]) -> None:
    """Let the first process do some work; the others wait, and fail if it fails.

    Raises:
        ValueError: In the others, with what the first one said, or if it is no more.
    """
    if not torch.distributed.is_initialized():
        work()
        return
    group = torch.distributed.new_group(backend='gloo', timeout=PATIENCE)
    said, raised = [None], None
    if torch.distributed.get_rank() == 0:
        try:
            work()
        except Exception as error:
            said, raised = [told(error) or in_one_line(error)], error
    try:
        torch.distributed.broadcast_object_list(said, group=group)
    except RuntimeError as error:
        raise ValueError('the first process has ended while others waited') from error
    if raised is not None:
        raise raised
    if said[0] is not None:
        raise ValueError(f'the first process failed: {said[0]}')
