"""Who meets whom in a mini-batch."""

from itertools import islice

import numpy as np
import pytest
from mmseg.registry import DATA_SAMPLERS, DATASETS
from test_domain import ListDataset, member

from mmuda.datasets.domain import DomainConcatDataset
from mmuda.pairing import ImageSet, Mapping


@pytest.fixture
def pair():
    return DomainConcatDataset(source=member(6, 's'), target=member(6, 't'))


@pytest.fixture
def three_sources():
    sources = [member(size, str(size)) for size in (3, 6, 12)]
    return DomainConcatDataset(source=sources, target=member(5, 't'))


def take(sampler, number):
    return list(islice(iter(sampler), number))


def build(kind, dataset, seed=0, **options):
    return DATA_SAMPLERS.build(dict(type=kind, dataset=dataset, seed=seed, **options))


def as_rank(sampler, rank, world_size):
    sampler.rank, sampler.world_size = rank, world_size
    return sampler


def test_source_sampler_passes_through_the_source_in_new_orders(pair):
    stream = take(build('SourceSampler', pair), 12)
    assert sorted(stream[:6]) == sorted(stream[6:]) == list(range(6))
    assert stream[:6] != stream[6:]


def test_unmapped_pairs_hold_one_of_each_domain(pair):
    stream = take(build('PairedSampler', pair), 24)
    sources, targets = stream[0::2], stream[1::2]
    assert sorted(sources[:6]) == list(range(6))
    assert sorted(targets[:6]) == list(range(6, 12))
    # Domains of equal size must not meet in the same way in every pass.
    first, second = (
        dict(zip(sources[a:b], targets[a:b], strict=True)) for a, b in ((0, 6), (6, 12))
    )
    assert first != second


@pytest.fixture
def mapped(tmp_path):
    """Six source and six target files, and how to map them."""
    datasets = []
    for domain in ('s', 't'):
        dataset = DATASETS.build(member(6, domain))
        for i in range(6):
            (tmp_path / f'{domain}{i}').write_bytes(b'x')
        dataset.data_prefix = dict(img_path=str(tmp_path))
        dataset.get_data_info = lambda i, d=domain: dict(img_path=tmp_path / f'{d}{i}')
        datasets.append(dataset)

    def save(partners):
        partners = np.array(partners)
        mapping = Mapping.make(
            *map(ImageSet.of, datasets),
            partners,
            np.ones(partners.shape),
            dict(strategy='random', oracle=False),
        )
        mapping.save(tmp_path / 'm.csv')
        return str(tmp_path / 'm.csv')

    return DomainConcatDataset(source=datasets[0], target=datasets[1]), save


def test_mapped_pairs_are_those_of_the_mapping(mapped):
    dataset, save = mapped
    partners = [3, 3, 0, 5, 1, 2]
    stream = take(
        build('PairedSampler', dataset, mapping=save([[p] for p in partners])), 24
    )
    assert sorted(stream[:12:2]) == list(range(6))
    pairs = zip(stream[0::2], stream[1::2], strict=True)
    assert all(target == 6 + partners[source] for source, target in pairs)


def test_one_of_several_partners_in_each_pass(mapped):
    dataset, save = mapped
    partners = [[i, (i + 1) % 6, (i + 2) % 6] for i in range(6)]
    stream = take(build('PairedSampler', dataset, mapping=save(partners)), 12 * 200)
    met = {source: [] for source in range(6)}
    for source, target in zip(stream[0::2], stream[1::2], strict=True):
        met[source].append(target - 6)
    for source, targets in met.items():
        counts = np.array([targets.count(p) for p in partners[source]])
        assert counts.sum() == 200
        # 200 draws of 1/3: within four standard deviations.
        assert (abs(counts - 200 / 3) < 4 * np.sqrt(200 * 2 / 9)).all()
    later = build('PairedSampler', dataset, mapping=save(partners))
    later.skip(12 * 20)
    assert take(later, 12) == stream[12 * 20 : 12 * 21]


def test_another_mapping_from_a_place_on(mapped):
    dataset, save = mapped
    sampler = build('PairedSampler', dataset, mapping=save([[0]] * 6))
    before = take(sampler, 8)
    sampler.use(save([[4]] * 6))
    sampler.begin_at(8)
    after = take(sampler, 8)
    assert set(before[1::2]) == {6}
    assert set(after[1::2]) == {10}
    assert (before + after)[0::2] == take(build('PairedSampler', dataset), 16)[0::2]


def test_fixed_subset_of_the_source(pair):
    sources = take(build('PairedSampler', pair, subset=2), 40)[0::2]
    assert len(set(sources)) == 2
    assert (
        len(
            set(take(build('PairedSampler', pair, subset=2, seed=0), 40)[0::2])
            | set(sources)
        )
        == 2
    )


def test_seeds_of_loading_differ_along_the_stream(pair):
    seeds = [draw.seed for draw in take(build('PairedSampler', pair), 200)]
    assert len(set(seeds)) == 200


@pytest.mark.parametrize('kind', ['SourceSampler', 'PairedSampler'])
def test_skipping_equals_having_drawn(pair, kind):
    expected = take(build(kind, pair), 30)
    for skipped in (1, 7, 12):
        resumed = build(kind, pair)
        resumed.skip(skipped)
        rest = take(resumed, 30 - skipped)
        assert rest == expected[skipped:]
        assert [d.seed for d in rest] == [d.seed for d in expected[skipped:]]


@pytest.mark.parametrize('kind', ['PairedSampler', 'MultiSourceSampler'])
def test_processes_share_out_the_stream_of_one(pair, kind):
    size = build(kind, pair).group_size
    alone = take(build(kind, pair), 8 * size)
    ranks = [take(as_rank(build(kind, pair), r, 2), 4 * size) for r in range(2)]
    for turn in range(8):
        mine = ranks[turn % 2][turn // 2 * size :][:size]
        assert mine == alone[turn * size :][:size]
        assert [d.seed for d in mine] == [d.seed for d in alone[turn * size :][:size]]


@pytest.mark.parametrize(
    ('shares', 'expected'),
    [
        ('balanced', [1, 1, 1, 3]),
        ('proportional', [1, 2, 4, 7]),
        ([2, 1, 3], [2, 1, 3, 6]),
    ],
)
def test_shares_of_sources(three_sources, shares, expected):
    sampler = build('MultiSourceSampler', three_sources, shares=shares)
    domains = ['source_0', 'source_1', 'source_2', 'target']
    for group in (sampler.group(g) for g in range(5)):
        counts = [sum(i in three_sources.indices(d) for i in group) for d in domains]
        assert counts == expected


def test_sources_of_equal_size_have_streams_of_their_own():
    sources = [member(8, 'a'), member(8, 'b')]
    dataset = DomainConcatDataset(source=sources, target=member(8, 't'))
    sampler = build('MultiSourceSampler', dataset)
    groups = [sampler.group(g) for g in range(16)]
    assert any(b - a != groups[0][1] - groups[0][0] for a, b, *_ in groups)
    seen = {group[0] for group in groups[:8]}
    assert seen == set(range(8))


def test_target_share(three_sources):
    sampler = build('MultiSourceSampler', three_sources, target_share=1)
    assert sampler.group_size == 4


def test_rejects_a_subset_out_of_range(pair):
    with pytest.raises(ValueError, match=r'subset must be in 1\.\.6.*got 7'):
        build('PairedSampler', pair, subset=7)


def test_rejects_wrong_shares(three_sources):
    with pytest.raises(ValueError, match='or 3 positive numbers, one per source'):
        build('MultiSourceSampler', three_sources, shares=[1, 2])


def test_rejects_a_plain_dataset():
    with pytest.raises(ValueError, match='SourceSampler needs a DomainConcatDataset'):
        build('SourceSampler', ListDataset(3, pipeline=[]))
