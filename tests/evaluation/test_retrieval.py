"""Cross-domain retrieval against its definition, one query and one rank at a time."""

import numpy as np
import pytest

from mmuda.evaluation import cross_domain_retrieval


def by_hand(queries, own, other):
    """Mean number of the other domain's images among the first k, and mAP."""
    pool = [(v, False) for v in own] + [(v, True) for v in other]
    counts, precisions = np.zeros(len(pool)), []
    for query in queries:
        cosines = [
            (query @ v / np.sqrt(query @ query) / np.sqrt(v @ v), hit)
            for v, hit in pool
        ]
        ranked = [hit for _, hit in sorted(cosines, key=lambda c: -c[0])]
        at_hits = []
        for k in range(1, len(pool) + 1):
            counts[k - 1] += sum(ranked[:k]) / len(queries)
            if ranked[k - 1]:
                at_hits.append(sum(ranked[:k]) / k)
        precisions.append(sum(at_hits) / len(other))
    return counts, sum(precisions) / len(queries)


def test_equals_the_definition():
    """Sect. 5.4 of LSD, with sets of different sizes."""
    rng = np.random.default_rng(0)
    q_s, q_t, p_s, p_t = (rng.normal(size=(n, 5)) for n in (7, 4, 9, 6))
    found = cross_domain_retrieval(q_s, q_t, p_s, p_t)
    for domain, (queries, own, other) in dict(
        source=(q_s, p_s, p_t), target=(q_t, p_t, p_s)
    ).items():
        counts, precision = by_hand(queries, own, other)
        np.testing.assert_allclose(found[domain].found, counts)
        assert found[domain].mean_average_precision == pytest.approx(precision)
        assert found[domain].share == len(other) / 15


def test_separated_mixed_and_collapsed_domains():
    """The other domain last; as good as chance; and no merit in features all equal."""
    rng = np.random.default_rng(0)
    near = rng.normal(size=(40, 8))
    far = near + 100
    apart = cross_domain_retrieval(near[:20] - 100, far[:20], near[20:] - 100, far[20:])
    for retrieval in apart.values():
        np.testing.assert_array_equal(retrieval.found[:20], 0)
        np.testing.assert_array_equal(retrieval.found[20:], np.arange(1, 21))
    one, two = (rng.normal(size=(400, 8)) for _ in range(2))
    mixed = cross_domain_retrieval(one[:200], two[:200], one[200:], two[200:])
    for retrieval in mixed.values():
        ranks = np.arange(1, 401)
        np.testing.assert_allclose(retrieval.found[20:], ranks[20:] / 2, rtol=0.2)
        assert retrieval.mean_average_precision == pytest.approx(0.5, abs=0.05)
    same = np.ones((4, 8))
    for retrieval in cross_domain_retrieval(same, same, same, same).values():
        np.testing.assert_array_equal(retrieval.found, [0, 0, 0, 0, 1, 2, 3, 4])


def test_rejects_what_is_no_set_of_vectors():
    good = np.ones((3, 4))
    with pytest.raises(ValueError, match=r'four sets of vectors of one length'):
        cross_domain_retrieval(good, good, good, np.ones((3, 5)))
    with pytest.raises(ValueError, match=r'four sets .* got .*\(0, 4\)'):
        cross_domain_retrieval(good, good[:0], good, good)
