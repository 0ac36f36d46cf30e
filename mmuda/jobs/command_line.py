"""What the command lines share.

A command imports what it does only once its command line is read: that takes seconds,
and ``--help`` is to answer at once.
"""

import argparse
import ast
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mmengine.config import Config, DictAction

BUG = (
    'bug: this is an error of mmuda, not of your input; please report it together with '
    'the command and the lines above'
)


class Settings(DictAction):
    """Reads ``KEY=VALUE``: as mmengine does, and dicts as a config writes them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Sequence[str],
        option_string: str | None = None,
    ) -> None:
        """Put the settings into the namespace; ``ValueError`` for what is none."""
        try:
            super().__call__(parser, namespace, values, option_string)
        except (AssertionError, SyntaxError, ValueError) as error:
            raise ValueError(
                f'{option_string} {" ".join(values)}: expected KEY=VALUE, with values '
                f'as in a config ({error})'
            ) from error

    @staticmethod
    def _parse_iterable(val: str) -> object:
        if '{' in val or 'dict(' in val:
            return _literal(ast.parse(val, mode='eval').body)
        return DictAction._parse_iterable(val)


def _literal(node: ast.expr) -> object:
    """The value of an expression of constants, of which no program is run."""
    match node:
        case ast.Call(func=ast.Name(id='dict'), args=[], keywords=words):
            return {word.arg: _literal(word.value) for word in words}
        case ast.List(elts=parts):
            return [_literal(part) for part in parts]
        case ast.Dict(keys=keys, values=values):
            return dict(zip(map(_literal, keys), map(_literal, values), strict=True))
        case _:
            return ast.literal_eval(node)


def config_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that every command on a config has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('config', help='config file, or mmuda::<path below configs/>')
    parser.add_argument('--work-dir', help='folder of the run')
    parser.add_argument('--seed', type=int, help="instead of the config's seed")
    add_data(parser)
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=Settings,
        metavar='KEY=VALUE',
        help='override settings of the config',
    )
    return parser


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the options that say on which data, and at which size."""
    parser.add_argument(
        '--source',
        nargs='+',
        metavar='DATA',
        help="data sets to learn from, instead of the config's: names of "
        'configs/_base_/datasets, or files that end in .py',
    )
    parser.add_argument('--target', metavar='DATA', help='data set to adapt to')
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument(
        '--demo',
        action='store_true',
        help='made-up data, small model, short schedule: runs on two CPU cores',
    )
    sizes.add_argument(
        '--small',
        action='store_true',
        help='small model and short schedule, on the data that the config names',
    )


def data_and_size(args: argparse.Namespace) -> dict:
    """What :func:`add_data` asked for, as ``load_config`` takes it."""
    return {name: getattr(args, name) for name in ('source', 'target', 'demo', 'small')}


def add_amp(parser: argparse.ArgumentParser) -> None:
    """Add the option of mixed precision."""
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision: float16 on a GPU, bfloat16 on a CPU',
    )


def add_launcher(parser: argparse.ArgumentParser) -> None:
    """Add the options of distributed runs."""
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    # torch.distributed.launch passes the rank, torchrun sets the variable.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; sets the local rank."""
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(getattr(args, 'local_rank', 0)))
    return args


def read_config(args: argparse.Namespace, amp: bool = False) -> Config:
    """The config that the arguments of :func:`config_parser` ask for."""
    from mmuda.jobs.config import load_config

    return load_config(
        args.config,
        work_dir=args.work_dir,
        options=args.cfg_options,
        seed=args.seed,
        amp=amp,
        **data_and_size(args),
    )


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Print what a user can mend as one line, without a traceback; the status is 2.

    What is a bug of mmuda keeps its traceback, and is called so; the status is 1.
    ``MMUDA_DEBUG=1`` shows the traceback of any error.
    """
    logging.raiseExceptions = False  # a log that can not be written stops nothing
    try:
        yield
    except Exception as error:
        if os.environ.get('MMUDA_DEBUG'):
            raise
        from mmuda.jobs.errors import told

        line = told(error)
        if line is None:
            traceback.print_exc()
            print(BUG, file=sys.stderr)  # noqa: T201
            sys.exit(1)
        print(f'error: {line}', file=sys.stderr)  # noqa: T201
        sys.exit(2)
