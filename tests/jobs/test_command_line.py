"""Options of command lines."""

import argparse
import re

import pytest
from mmengine.config import Config

from mmuda.jobs.command_line import Settings


def parsed(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=Settings)
    return parser.parse_args(['--cfg-options', *words]).cfg_options


def test_values_are_written_as_in_a_config(tmp_path):
    values = {
        'a': "[dict(type='A', n=[1, 2.5]), {'b': None, 'c': dict(d=-1e-3)}]",
        'b': 'dict(scale=(1, 2), on=True)',
        'c': '[1,2.5,x]',  # as mmengine has it: no quotes
        'd': '0.25',
        'e': 'mmuda::semsim/dann.py',
    }
    config = tmp_path / 'config.py'
    quoted = {**values, 'c': "[1, 2.5, 'x']", 'e': repr(values['e'])}
    config.write_text('\n'.join(f'{k} = {v}' for k, v in quoted.items()))
    expected = Config.fromfile(config).to_dict()
    assert parsed(*(f'{k}={v}' for k, v in values.items())) == expected


@pytest.mark.parametrize(
    'word',
    [
        'no_value',
        'a=[1,2',
        'a={b: 1',
        "a=[dict(type='A']",
        "a=dict(type=open('x'))",
        "a=[dict('x')]",
        'a={**b}',
    ],
)
def test_what_is_no_value_is_refused(word):
    said = re.escape(f'--cfg-options {word}: expected KEY=VALUE')
    with pytest.raises(ValueError, match=said):
        parsed(word)
