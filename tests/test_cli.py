"""The program: its commands, what it says and what it keeps to the log file."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toy_run import make_data, mmuda, write_config

import mmuda as package
from mmuda import cli
from mmuda.evaluation.collecting import NUM_IMAGES
from mmuda.evaluation.criteria import CRITERIA
from mmuda.evaluation.shares import ESTIMATORS
from mmuda.jobs import choices
from mmuda.jobs.adaptation import BUDGETS
from mmuda.jobs.pairing import STRATEGIES as PAIRING_STRATEGIES
from mmuda.pseudo_labels import STRATEGIES as PSEUDO_LABEL_STRATEGIES

TOOLS = Path(__file__).parents[1] / 'tools'
HELP_OF_ALL = """
import sys
sys.modules['torch'] = None  # can not be imported
sys.argv = ['mmuda', '--help']
from mmuda import cli
for name in cli.commands():
    sys.argv = ['mmuda', name, '--help']
    try:
        cli.main()
    except SystemExit as end:
        assert not end.code, name
"""


def asked(*words):
    """Output of the program, which must not load the stack for it."""
    command = [sys.executable, '-X', 'importtime', '-m', 'mmuda', *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert 'mmuda.cli' in done.stderr
    assert not re.search(r'\| +(torch|mmseg)$', done.stderr, re.M)
    return done


def test_lists_every_command_at_once():
    done = asked('--help')
    assert done.returncode == 0, done.stderr
    listed = re.findall(r'^  ([a-z-]+)  +(\S.*)$', done.stdout, re.M)
    files = {f.stem.replace('_', '-') for f in TOOLS.glob('*.py')}
    assert {name for name, _ in listed} == files
    assert {'train', 'predict', 'target-statistics'} <= files
    assert all(line.endswith(('.', ':')) for _, line in listed)


def test_a_command_explains_itself_at_once():
    done = asked('train', '--help')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('usage: mmuda train ')


def test_no_help_needs_torch():
    words = [sys.executable, '-c', HELP_OF_ALL]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    explained = re.findall('^usage: mmuda ([a-z-]+) ', done.stdout, re.M)
    assert explained == list(cli.commands())


def test_names_of_choices():
    """Command lines name all that there is to choose from."""
    assert tuple(BUDGETS) == choices.BUDGETS
    assert tuple(CRITERIA) == choices.CRITERIA
    assert tuple(ESTIMATORS) == choices.SHARE_ESTIMATORS
    assert choices.NUM_IMAGES == NUM_IMAGES
    assert tuple(PAIRING_STRATEGIES) == choices.PAIRING_STRATEGIES
    assert tuple(PSEUDO_LABEL_STRATEGIES) == choices.PSEUDO_LABEL_STRATEGIES


def test_version():
    done = asked('--version')
    assert done.stdout == f'mmuda {package.__version__}\n'


def test_unknown_command():
    done = mmuda('predcit', check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no command 'predcit', did you mean predict?")


@pytest.mark.parametrize('command', sorted(cli.commands()))
def test_every_command_explains_itself(command, tmp_path):
    """``--help`` does nothing else; the usage line names the program."""
    done = mmuda(command, '--help')
    assert done.stdout.startswith(f'usage: mmuda {command} ')
    assert not list(tmp_path.iterdir())


def test_quiet_unless_verbose(tmp_path):
    """Config, hooks and environment are in the log file in any case."""
    make_data(tmp_path / 'data')
    config = write_config(tmp_path, max_iters=1)
    long = ('Hooks will be executed', 'System environment', 'PairedSampler')
    for words in ((), ('--verbose',)):
        folder = tmp_path / f'run{len(words)}'
        done = mmuda('train', config, '--work-dir', folder, *words)
        said = done.stdout + done.stderr
        (log,) = folder.rglob('*.log')
        assert 'Iter(train)' in said
        for text in long:
            assert (text in said) == bool(words)
            assert text in log.read_text()


def test_commands_as_functions(tmp_path):
    """Train, test and export by Python, to the figures of the commands."""
    make_data(tmp_path / 'data')
    config = write_config(tmp_path, max_iters=2)
    checkpoint = package.train(config, work_dir=str(tmp_path / 'run'))
    assert checkpoint == tmp_path / 'run/iter_2.pth'
    figures = package.test(config, checkpoint, work_dir=str(tmp_path / 'tested'))
    mmuda('test', config, checkpoint, '--work-dir', tmp_path / 'again')
    again = json.loads((tmp_path / 'again/test.json').read_text())
    assert figures == again
    files = package.export(config, checkpoint, tmp_path / 'model')
    assert [f.suffix for f in files] == ['.py', '.pth']
    assert 'state_dict' in torch.load(files[1], weights_only=True)


@pytest.mark.parametrize(
    'name', ['compare', 'export', 'pair', 'predict', 'test', 'train', 'translate']
)
def test_functions_are_typed_and_documented(name):
    function = getattr(package, name)
    assert name in cli.commands()
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    described = inspect.getdoc(function)
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        assert re.search(rf'^ +\**{parameter.name}: ', described, re.M)
    assert Path(package.__file__).with_name('py.typed').is_file()
