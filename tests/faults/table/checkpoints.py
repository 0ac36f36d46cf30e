"""Checkpoints that are loaded, and runs that are resumed."""

import os
import shutil

import numpy as np
import torch

from table.commands import (
    EXPORT,
    LABEL_TARGET,
    PREDICT,
    RESUME,
    SEARCH,
    STATISTICS,
    TEST,
    TRAIN,
)
from table.row import Row
from table.spoiling import (
    GRAY,
    TARGET,
    Hostile,
    checkpoint,
    cut,
    gone,
    image,
    nan,
    replaced,
    shapeless,
    text,
    without,
)

CHECKPOINTS = (
    Row(
        f'{TRAIN} --cfg-options load_from=toy.pth',
        'no checkpoint',
        r'toy\.pth does not exist',
        gone('toy.pth'),
    ),
    *(
        Row(command, bad, line, spoil)
        for command in (
            f'{TRAIN} --cfg-options load_from=toy.pth',
            TEST,
            SEARCH,
            EXPORT,
            STATISTICS,
            PREDICT,
            LABEL_TARGET,
        )
        for bad, line, spoil in (
            (
                'a checkpoint that is a list',
                r'toy\.pth holds a list, expected a dict',
                lambda: torch.save([1, 2], 'toy.pth'),
            ),
            (
                'a checkpoint that is no file',
                r'toy\.pth does not exist',
                replaced('toy.pth', os.mkdir),
            ),
            (
                'an empty checkpoint',
                r'toy\.pth is (damaged|refused)',
                text('toy.pth', ''),
            ),
            (
                'a checkpoint cut off',
                r'toy\.pth is (damaged|refused)',
                cut('toy.pth', 999),
            ),
            (
                'weights that are not numbers',
                r'toy\.pth is of no use',
                checkpoint('toy.pth', nan),
            ),
            (
                'a program',
                r'toy\.pth is refused: it is a TorchScript program',
                lambda: torch.jit.script(torch.nn.ReLU()).save('toy.pth'),
            ),
            (
                'a pickle that makes a folder when it is read',
                r'toy\.pth is refused: it holds os\.makedirs',
                lambda: torch.save(dict(state_dict=Hostile()), 'toy.pth'),
            ),
        )
    ),
    *(
        Row(command, bad, r'toy\.pth (does not fit the config|holds no weights)', spoil)
        for command in (TEST, SEARCH, EXPORT, PREDICT, LABEL_TARGET)
        for bad, spoil in (
            (
                'a checkpoint without weights',
                lambda: torch.save({'meta': {}}, 'toy.pth'),
            ),
            ('weights of another shape', checkpoint('toy.pth', shapeless)),
            ('weights of a translator', lambda: shutil.copy('colours.pth', 'toy.pth')),
        )
    ),
    Row(
        'translate colours.py toy.pth --in data/source/images --out out',
        'weights of a segmentor',
        r'toy\.pth does not fit the config',
    ),
    Row(
        f'{RESUME} --cfg-options {{}}',
        'resumed in another way',
        r'was trained with \S+ .*this run has|says',
        values=(
            'train_dataloader.batch_size=2',
            'optim_wrapper.critic.optimizer.type=SGD',
            'model.objectives.alignment.discriminator.channels="[4,4,8]"',
            'randomness.seed=3',
        ),
    ),
    Row(
        RESUME,
        'resumed on other target images',
        r'target images',
        image(TARGET, np.dstack([GRAY] * 3)),
    ),
    Row(RESUME, 'resumed on fewer target images', r'target images', gone(TARGET)),
    *(
        Row(
            RESUME,
            f'resumed without {key}',
            rf'holds no {named}',
            checkpoint('run/iter_4.pth', without(key)),
        )
        for key, named in (('optimizer', 'state of optimizers'), ('meta', 'meta'))
    ),
    Row(
        RESUME,
        'resumed from a list',
        r'iter_4\.pth holds a list',
        lambda: torch.save([1], 'run/iter_4.pth'),
    ),
    Row(
        RESUME,
        'resumed from what was cut off',
        r'iter_4\.pth is (damaged|refused)',
        cut('run/iter_4.pth', 500),
    ),
)
