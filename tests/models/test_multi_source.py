"""Russo et al. 2019, Eq. 1 to 5, for three sources with classes of their own."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch
from toy_objectives import DISCRIMINATOR, build, gradients, two_level_segmentor

SOURCES = ('source_0', 'source_1', 'source_2')
# The classes that each branch knows, of three.
KNOWN = dict(s1=[0, 1, 2], s2=[2, 0], s3=[1, 2], all=[0, 1, 2])
LEARNS_FROM = dict(s1=['source_0'], s2=['source_1'], s3=['source_2'], all=list(SOURCES))
LEVELS = dict(output=('decode_head', 0.5, 1.0), feature=('auxiliary_head', 0.25, 0.1))


def multi_source(names=tuple(KNOWN), networks=1):
    """The model with these branches; of two networks S-All has the second."""
    segmentor = two_level_segmentor()
    segmentor.type = 'BranchedEncoderDecoder'
    own = {name: {} for name in names}
    if networks > 1:
        segmentor.backbone = dict(
            type='ParallelBackbones', backbone=segmentor.backbone, number=networks
        )
        own['all'] = dict(decode_head=3, auxiliary_head=2)  # two features each
    objectives = {}
    for level, (head, adversarial, seg) in LEVELS.items():
        inner = copy.deepcopy(segmentor[head])
        inner.loss_decode.loss_weight = seg
        segmentor[head] = dict(
            type='BranchedHead',
            head=inner,
            branches={
                name: dict(
                    sources=LEARNS_FROM[name],
                    classes=KNOWN[name],
                    in_index=own[name].get(head, inner.in_index),
                )
                for name in names
            },
            num_classes=3,
        )
        for name in names:
            objectives[f'{level}_{name}'] = dict(
                type='OutputAlignment',
                tap=f'{head}.branches.{name}.conv_seg',
                sources=LEARNS_FROM[name],
                discriminator=dict(DISCRIMINATOR, in_channels=len(KNOWN[name])),
                loss_weight=adversarial,
            )
    model, optimizers = build(objectives, segmentor, critics=list(objectives))
    model.objectives['supervision'].weights = dict.fromkeys(SOURCES, 1.0)
    return model, optimizers


def batch(seed=0):
    return toy_batch((*SOURCES, 'target'), seed=seed, size=32)


def seg_loss(logits, labels, branch):  # Eq. 1, mean over the pixels it knows
    log_p = F.log_softmax(logits, 1)
    terms = [-log_p[0, k][labels[0] == c] for k, c in enumerate(KNOWN[branch])]
    return torch.cat(terms).mean()


def domain_loss(scores, z):  # Eq. 2 with D(P)_1 = sigmoid: z = 1 is our target
    return -(scores.sigmoid() if z else 1 - scores.sigmoid()).log().mean()


def test_iterations_equal_the_equations_written_out():
    model, optimizers = multi_source()
    twin = copy.deepcopy(model)
    for i in range(3):
        model.train_step(batch(i), optimizers)

    segmentor = twin.segmentor
    pairs = [(level, branch) for level in LEVELS for branch in KNOWN]
    critics = {p: twin.objectives['_'.join(p)].discriminator for p in pairs}
    step = torch.optim.SGD(segmentor.parameters(), 0.1)
    critic_step = torch.optim.SGD(
        [p for critic in critics.values() for p in critic.parameters()], 0.1
    )

    def predict(image, level, branch, features=None):
        features = segmentor.extract_feat(image[None]) if features is None else features
        head = segmentor.get_submodule(LEVELS[level][0]).branches[branch]
        return F.interpolate(head(features), 32, mode='bilinear')

    for i in range(3):
        data = batch(i)
        images = dict(zip((*SOURCES, 'target'), data['inputs'], strict=True))
        truth = [sample.gt_sem_seg.data for sample in data['data_samples'][:3]]
        labels = dict(zip(SOURCES, truth, strict=True))
        logits = {
            (domain, *pair): predict(image, *pair)
            for domain, image in images.items()
            for pair in pairs
        }
        total = 0  # Eq. 4
        for level, branch in pairs:
            _, adversarial, seg = LEVELS[level]
            known = LEARNS_FROM[branch]
            for source in known:
                found = logits[source, level, branch]
                loss = seg_loss(found, labels[source], branch)
                total = total + seg * loss / len(known)
            scores = critics[level, branch](logits['target', level, branch].softmax(1))
            total = total + adversarial * domain_loss(scores, 0)  # Eq. 3
        twin.zero_grad()
        total.backward()
        step.step()

        total = 0
        for pair, critic in critics.items():
            known = LEARNS_FROM[pair[1]]
            for domain in (*known, 'target'):
                scores = critic(logits[(domain, *pair)].detach().softmax(1))
                share = 1 if domain == 'target' else len(known)
                total = total + domain_loss(scores, domain == 'target') / (2 * share)
        twin.zero_grad()
        total.backward()
        critic_step.step()

    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('branch', KNOWN)
@pytest.mark.parametrize('level', LEVELS)
def test_gradients(level, branch):
    """Each adversarial loss reaches its branch and what lies below, no other branch."""
    model, _ = multi_source()
    names = {n for n, _ in model.named_parameters()}
    path = f'segmentor.{LEVELS[level][0]}.branches.{branch}.'
    objective = f'{level}_{branch}'
    reached = gradients(model, 'segmentor', batch())[f'{objective}.loss_adversarial']
    assert {n for n in reached if '.branches.' in n} == {
        n for n in names if n.startswith(path)
    }
    own = {n for n in names if n.startswith(f'objectives.{objective}.')}
    reached = gradients(model, 'critic', batch())
    for domain in ('source', 'target'):
        assert reached[f'{objective}.loss_discriminator_{domain}'] == own


def test_each_domain_passes_once():
    model, optimizers = multi_source()
    passes = []
    model.segmentor.backbone.encoder[0].register_forward_hook(
        lambda _module, args, _output: passes.append(len(args[0]))
    )
    model.train_step(batch(), optimizers)
    assert passes == [1, 1, 1, 1]


def test_rejects_a_source_without_weight():
    model, optimizers = multi_source()
    del model.objectives['supervision'].weights['source_1']
    with pytest.raises(ValueError, match="every source, 'source_1' is not among"):
        model.train_step(batch(), optimizers)


def share(state, names, network):
    """Weights of one network of two, that of the branches ``names``."""
    others = [f'backbones.{1 - network}.']
    for name in set(KNOWN).difference(names):
        others += [f'.branches.{name}.', f'_{name}.']
    return {
        key.replace(f'backbones.{network}.', ''): value
        for key, value in state.items()
        if not any(other in key for other in others)
    }


def test_two_networks_are_two_runs():
    """S-All "repeated the whole training": nothing of it reaches the other network."""
    both, optimizers = multi_source(networks=2)
    runs = [multi_source(names) for names in (('s1', 's2', 's3'), ('all',))]
    groups = [list(model.segmentor.decode_head.branches) for model, _ in runs]
    for network, (model, _) in enumerate(runs):
        model.load_state_dict(share(both.state_dict(), groups[network], network))
    for i in range(3):
        for model, own in [(both, optimizers), *runs]:
            model.train_step(batch(i), own)
    for network, (model, _) in enumerate(runs):
        found = share(both.state_dict(), groups[network], network)
        torch.testing.assert_close(found, dict(model.state_dict()))

    image = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        merged, *alone = (
            model.segmentor.predict(image)[0].seg_logits.data
            for model in (both, *(model for model, _ in runs))
        )
    # Eq. 6 over all branches is the maximum of both networks' own.
    torch.testing.assert_close(merged, torch.maximum(*alone))
