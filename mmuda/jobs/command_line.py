"""What the command lines share."""

import argparse
import lzma
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import Config, DictAction

from mmuda.jobs.config import choose_cities, load_config

# What input or installation can be mended by whoever typed the command.
MENDABLE = (ValueError, OSError, ImportError, zipfile.BadZipFile, lzma.LZMAError)


def config_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that every command on a config has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('config', help='config file, or mmuda::<path below configs/>')
    parser.add_argument('--work-dir', help='folder of the run')
    parser.add_argument('--source', help='source city, for configs of city pairs')
    parser.add_argument('--target', help='target city, for configs of city pairs')
    parser.add_argument('--seed', type=int, help="instead of the config's seed")
    parser.add_argument(
        '--demo',
        action='store_true',
        help='made-up data, small model, short schedule: runs on two CPU cores',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='override settings of the config',
    )
    return parser


def add_launcher(parser: argparse.ArgumentParser) -> None:
    """Add the options of distributed runs."""
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    # torch.distributed.launch passes the rank, torchrun sets the variable.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; sets the cities and the local rank."""
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(getattr(args, 'local_rank', 0)))
    choose_cities(args.source, args.target)
    return args


def read_config(args: argparse.Namespace) -> Config:
    """The config that the arguments of :func:`config_parser` ask for."""
    return load_config(
        args.config,
        work_dir=args.work_dir,
        options=args.cfg_options,
        demo=args.demo,
        seed=args.seed,
    )


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Print what a user can mend as one line, without a traceback.

    ``MMUDA_DEBUG=1`` shows the traceback.
    """
    try:
        yield
    except MENDABLE as error:
        if os.environ.get('MMUDA_DEBUG'):
            raise
        print(f'error: {" ".join(str(error).split())}', file=sys.stderr)  # noqa: T201
        sys.exit(2)
