"""What is said of a folder that holds something else."""

import pytest

from mmuda.preparation.records import refuse_other, write_json


def test_one_line_says_what_differs_however_much_there_is(tmp_path):
    """Entry by entry; of many the first, and how many more."""
    files = {f'{n}.png': [n, 10**18 + n] for n in range(200)}
    there = dict(identity=dict(bands=None, gsd=1, files=files, scenes=['s' * 40] * 40))
    write_json(tmp_path / 'made.json', there)
    same = there['identity']
    refuse_other(tmp_path, [tmp_path / 'made.json', tmp_path / 'none.json'], same)

    touched = dict(same, files={**files, '7.png': [7, 0]})
    expected = (
        r'holds a data set with files\.7\.png \[7, 1000000000000000007\]; asked for '
        r'files\.7\.png \[7, 0\]: choose another folder$'
    )
    with pytest.raises(ValueError, match=expected):
        refuse_other(tmp_path, [tmp_path / 'made.json'], touched)

    other = dict(bands=None, gsd=2, files={}, scenes=[])
    with pytest.raises(ValueError, match=r'gsd 1, files\.0\.png .*199 more') as said:
        refuse_other(tmp_path, [tmp_path / 'made.json'], other)
    assert len(str(said.value)) < 900
