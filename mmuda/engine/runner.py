"""mmengine's runner, with less to read on the terminal."""

import logging
import os

from mmengine.logging import MMLogger
from mmengine.runner import Runner

from mmuda.cli import VERBOSE
from mmuda.engine.compiling import compile_backbone
from mmuda.engine.wrapped import innermost

# How long messages begin that are for the log file.
LONG = (
    'Config:\n',
    'Hooks will be executed in the following order',
    'paramwise_options -- ',
)
ENVIRONMENT = 'System environment:'


def is_short(record: logging.LogRecord) -> bool:
    """Whether a message is for the terminal."""
    text = record.getMessage().lstrip('-\n')
    return not text.startswith((*LONG, ENVIRONMENT))


class ConciseRunner(Runner):
    """Runs as mmengine's does; configs, hooks and environment go to the log file alone.

    ``mmuda --verbose`` shows them as well. ``compile`` of a config is for the training
    of backbones; see :func:`~mmuda.engine.compiling.compile_backbone`.
    """

    def build_logger(self, *args: object, **kwargs: object) -> MMLogger:
        """That of mmengine."""
        logger = super().build_logger(*args, **kwargs)
        if not os.environ.get(VERBOSE):
            for handler in logger.handlers:
                if not isinstance(handler, logging.FileHandler):
                    handler.addFilter(is_short)
        return logger

    def _maybe_compile(self, target: str) -> None:
        options = self.cfg.get('compile')
        if options and target == 'train_step':
            options = {} if options is True else options
            compile_backbone(innermost(self.model), options)
