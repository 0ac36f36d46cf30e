# What the rows of output-space adaptation share: as wide and as long as `--demo` has
# them, for a CPU, on the patches of Dubai.
_base_ = '../dubai.py'
dubai_pairs = dict(
    dataset=dict(
        source=dict(_delete_=True, **_base_.dubai_source),
        target=dict(_delete_=True, **_base_.dubai_target_unlabelled),
    )
)
dubai_tested = dict(dataset=dict(_delete_=True, **_base_.dubai_test))
