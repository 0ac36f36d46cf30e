"""What a run needs first is recognised by what it was made from."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
import torch
from toy_needs import NO_TARGET, write_source_model
from toy_run import make_data, mmuda, write_config

from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.pairing import PairingOptions, make_mapping
from mmuda.jobs.prerequisites import (
    MappingFile,
    Prerequisite,
    SourceModel,
    check_all,
    prerequisites_of,
    provide,
)
from mmuda.jobs.prerequisites.identity import differences, refuse_other_training

DANN = 'mmuda::semsim/dann_hannover_vaihingen.py'


def pairing_config(folder, name='toy', **pairing):
    """The toy config with a source model, pairing as given."""
    config = write_config(folder, name, max_iters=2)
    with open(config, 'a') as text:
        text.write(
            "source_model = 'plain.py'\n"
            f'pairing = dict({", ".join(f"{k}={v!r}" for k, v in pairing.items())})\n'
        )
    return config


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a source model."""
    folder = tmp_path / 'task'
    make_data(folder / 'data')
    write_source_model(folder, NO_TARGET)
    return folder


def test_one_command_makes_source_model_and_mapping(folder):
    config = pairing_config(folder, strategy='approximation', top_k=2)
    done = mmuda('train', config, '--amp')
    model, mapping = prerequisites_of(load_config(config))
    said = [line for line in done.stdout.splitlines() if 'is not there yet' in line]
    assert [line.split(':')[0].split()[0] for line in said] == ['the', 'mapping']
    assert model.is_there()
    assert mapping.is_there()
    assert mapping.file.parent == Path('work_dirs/mappings')
    assert mapping.file.name.startswith('toy_approximation_top-k-2_')
    manifest = json.loads(Path(f'{mapping.file}.json').read_text())
    assert manifest['checkpoint_sha256'] == sha256_of(model.checkpoint)
    assert (manifest['seed'], manifest['options']) == (0, {'top_k': 2, 'alpha': 1.0})
    # Both are made as the run itself computes.
    assert load_config('work_dirs/task/plain/plain.py').amp is True
    assert manifest['amp'] is True
    # Again nothing is made.
    done = mmuda('train', config, '--work-dir', 'again')
    assert 'not there yet' not in done.stdout
    dumped = load_config('again/toy.py')
    assert dumped.oracle is False
    assert dumped.train_dataloader.sampler.mapping == str(mapping.file)


def test_the_path_of_a_mapping_stands_for_all_that_it_depends_on(folder):
    config = pairing_config(folder, strategy='random')

    def file(**how):
        return MappingFile(load_config(config, **how)).file

    paths = [
        file(),
        file(seed=1),
        file(options={'pairing.strategy': 'image_mmd'}),
        file(options={'pairing.top_k': 3}),
        file(options={'train_dataloader.dataset.target.data_root': 'elsewhere'}),
    ]
    assert len(set(paths)) == 5
    assert file() == paths[0]
    # What the strategy does not look at does not count.
    assert file(options={'pairing.estimator': 'unbiased'}) == paths[0]
    assert file(options={'train_dataloader.batch_size': 2}) == paths[0]
    assert all(path.name.startswith('toy_') for path in paths)
    cfg = load_config(DANN, source='potsdam', options={'pairing.strategy': 'random'})
    assert MappingFile(cfg).file.name.startswith('potsdam_vaihingen_random_')
    small = load_config(DANN, small=True, options={'pairing.strategy': 'random'})
    assert MappingFile(small).file.parent == Path('work_dirs/small/mappings')

    # By the source model, other weights are another mapping.
    config = pairing_config(folder, strategy='approximation')
    model = SourceModel(load_config(config))
    model.checkpoint.parent.mkdir(parents=True)
    found = []
    for number in (0, 1):
        torch.save(dict(state_dict=dict(x=torch.tensor(number))), model.checkpoint)
        found.append(file())
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (
            {'pairing.strategy': 'image_mmd'},
            "strategy 'random', this run has 'image_mmd'",
        ),
        ({'pairing.top_k': 2}, r"options {}, this run has {'top_k': 2}"),
        ({'randomness.seed': 1}, 'seed 0, this run has 1'),
    ],
)
def test_another_mapping_at_a_given_path_is_refused(folder, change, message):
    config = write_config(folder, mapping='maps/mine.csv')
    make_mapping(load_config(config), 'random').save('maps/mine.csv')
    check_all(load_config(config))
    with pytest.raises(ValueError, match=message):
        check_all(load_config(config, options=change))
    # Without `pairing` the file is used as it is.
    assert check_all(load_config(config, options={**change, 'pairing': None})) == []


def test_a_mapping_of_another_source_model_is_refused(folder):
    config = pairing_config(folder, strategy='approximation')
    with open(config, 'a') as text:
        text.write("train_dataloader['sampler']['mapping'] = 'mine.csv'\n")
    cfg = load_config(config)
    model = SourceModel(cfg)
    mmuda('train', folder / 'plain.py', '--seed', '0')
    other = load_config(config)
    other.model = model.run.model
    for alpha in (0.0, 1.0):
        made = make_mapping(
            other,
            'approximation',
            PairingOptions(alpha=alpha),
            checkpoint=str(model.checkpoint),
        )
        made.save('mine.csv')
        if alpha != 1.0:  # what the adaptor declares
            with pytest.raises(ValueError, match=r'0\.0}, this run has .+ 1\.0}'):
                check_all(cfg)
    check_all(cfg)
    content = torch.load(model.checkpoint, weights_only=False)
    content['state_dict']['decode_head.conv_seg.bias'] += 1
    torch.save(content, model.checkpoint)
    with pytest.raises(ValueError, match='was made with checkpoint_sha256') as caught:
        check_all(cfg)
    assert len(str(caught.value).splitlines()) == 1


def test_feature_mmd_and_unknown_strategies_are_checked_first(folder):
    config = pairing_config(folder, strategy='feature_mmd')
    with pytest.raises(ValueError, match='feature_mmd needs a layer'):
        check_all(load_config(config))
    with pytest.raises(ValueError, match=r'must be one of random, .* got .best.'):
        check_all(load_config(config, options={'pairing.strategy': 'best'}))
    with pytest.raises(ValueError, match='name its config by `source_model`'):
        check_all(load_config(config, options={'source_model': None}))
    options = {'pairing.strategy': 'random', 'pairing.max_reuse': 1, 'pairing.top_k': 2}
    with pytest.raises(ValueError, match='max_reuse is an assignment'):
        check_all(load_config(config, options=options))


def test_a_source_model_of_another_training_is_refused(folder):
    """In one line that names the first difference, before anything is made."""
    mmuda('train', folder / 'plain.py')
    config = pairing_config(folder, strategy='approximation')
    cfg = load_config(config)
    model = SourceModel(cfg)
    model.check()  # the same training, by another process
    for key, value, found in (
        ('optim_wrapper.optimizer.lr', 0.2, 0.1),
        ('train_dataloader.batch_size', 6, 4),
        ('model.decode_head.dropout_ratio', 0.5, 0.0),
        ('train_cfg.max_iters', 3, 2),
    ):
        other = load_config(folder / 'plain.py', options={key: value})
        with pytest.raises(ValueError, match=f'with {key} {found}, .* says {value}'):
            refuse_other_training(model.checkpoint, other)
    # What is measured, where and how exactly is no other training.
    same = {'train_cfg.val_interval': 1, 'train_dataloader.num_workers': 2}
    same |= {
        'optim_wrapper.type': 'AmpOptimWrapper',
        'optim_wrapper.loss_scale': 'dynamic',
    }
    refuse_other_training(
        model.checkpoint, load_config(folder / 'plain.py', options=same)
    )

    plain = folder / 'plain.py'
    plain.write_text(plain.read_text().replace("'lr': 0.1", "'lr': 0.3"))
    done = mmuda('train', config, check=False)
    (line,) = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    assert 'was trained with optim_wrapper.optimizer.lr 0.1' in line
    assert line.endswith('away to have it trained anew')
    assert not Path('work_dirs/mappings').exists()


def test_oracles(folder):
    """By the strategy, at the start or in training, by the manifest, or by word."""
    config = write_config(folder, mapping='maps/mine.csv')
    cfg = load_config(config)
    assert not cfg.oracle
    cfg.pairing = dict(target_labels=cfg.val_dataloader.dataset)
    make_mapping(cfg, 'ground_truth').save('maps/mine.csv')
    cfg.pairing = None
    assert is_oracle(cfg)
    assert load_config(config, options=dict(pairing=None)).oracle
    os.remove('maps/mine.csv.json')
    cfg.oracle = False
    assert not is_oracle(cfg)
    hook = dict(type='UpdateMappingHook', strategy='ground_truth')
    assert load_config(config, options=dict(custom_hooks=[hook])).oracle
    assert load_config(config, options=dict(oracle=True)).oracle
    assert load_config(DANN, options=dict(trains_on='target')).oracle


class Slow(Prerequisite):
    """Made by writing a file, a while after it was asked for."""

    described = 'slow'

    def is_there(self):
        return Path('made').exists()

    def make(self):
        time.sleep(0.3)
        with open('made', 'a') as file:
            file.write('x')

    def use(self, cfg):
        cfg.append(self.is_there())


class Failing(Slow):
    def make(self):
        raise ValueError('no such luck')


class Killed(Slow):
    def make(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Lost(Slow):
    def is_there(self):
        return False


def two_processes(prerequisite):
    """What each of two processes that need it says in the end, and its exit status."""
    children = []
    for rank in (0, 1):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                where = f'file://{os.path.abspath("meet")}'
                torch.distributed.init_process_group(
                    'gloo', init_method=where, rank=rank, world_size=2
                )
                used = []
                provide([prerequisite], used)
                said = str(used)
            except ValueError as error:
                said = str(error)
            Path(f'said_{rank}').write_text(said)
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
    files = [Path(f'said_{rank}') for rank in (0, 1)]
    return codes, [file.read_text() if file.exists() else None for file in files]


def test_the_first_process_makes_and_the_others_wait():
    assert two_processes(Slow()) == ([0, 0], ['[True]', '[True]'])
    assert Path('made').read_text() == 'x'


def test_the_others_do_not_wait_for_one_that_failed():
    said = ['no such luck', 'the first process failed: no such luck']
    assert two_processes(Failing()) == ([0, 0], said)


def test_the_others_do_not_wait_for_one_that_was_killed():
    said = 'the first process has ended while others waited'
    assert two_processes(Killed()) == ([-9, 0], [None, said])


def test_what_was_made_elsewhere_is_looked_for(monkeypatch):
    monkeypatch.setattr('mmuda.jobs.prerequisites.SECONDS_BETWEEN_LOOKS', 0)
    with pytest.raises(ValueError, match='slow was made, but is not where it is'):
        provide([Lost()], None)


def test_options_of_a_mapping():
    pairing = dict(strategy='image_mmd', top_k=2, samples=9, tap='x', target_labels={})
    options = PairingOptions.of(pairing, top_k=3, device=None)
    assert (options.top_k, options.samples, options.device) == (3, 9, 'cpu')
    assert options.deciding('image_mmd') == dict(top_k=3, samples=9)
    assert options.deciding('feature_mmd') == dict(top_k=3, samples=9, tap='x')
    assert options.deciding('approximation') == dict(top_k=3)


def test_differences():
    found = dict(a=1, b=dict(c=[1, 2], d=3))
    expected = dict(a=1, b=dict(c=[1, 3], e=4))
    assert list(differences(found, expected)) == [
        ('b.c', [1, 2], [1, 3]),
        ('b.e', 'nothing', 4),
        ('b.d', 3, 'nothing'),
    ]
    assert list(differences(found, found)) == []
