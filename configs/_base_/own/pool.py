# What `mmuda adapt --method auto` chooses from, in the order of training. A member is a
# config with the budgets that it is part of, the seeds that it is trained with, counted
# from the run's, and what else it is tried with: `alphas`, batch statistics between
# source (0) and target (1), and `prior`, predictions corrected by class shares where a
# diagnosis allows it. A config that aligns nothing is `source_only`; the best of those
# is what is kept when in doubt.
#
# No member here has `prior`: the gain of a correction can only be estimated by the very
# shares that it corrects by, and on real pairs it gained nothing (README of `own`).
#
# `distillation` is the run that learns from the average of the pool, one voice per
# config, if that is estimated to be better than the source-only model.
pool = [
    dict(
        config='mmuda::own/source-only_deeplabv3plus_a_b.py',
        budgets=('quick', 'normal', 'long'),
        source_only=True,
        alphas=(0.5, 1.0)),
    dict(
        config='mmuda::own/source-only-augmented_deeplabv3plus_a_b.py',
        budgets=('quick', 'normal', 'long'),
        source_only=True,
        alphas=(0.5, 1.0)),
    dict(
        config='mmuda::own/source-only-augmented_deeplabv3plus_a_b.py',
        budgets=('normal', 'long'),
        seeds=(1, 2),
        source_only=True,
        alphas=(0.5, 1.0)),
    # The source in the target's colours.
    dict(
        config='mmuda::own/source-only-histogram-matching_deeplabv3plus_a_b.py',
        budgets=('normal', 'long')),
    dict(
        config='mmuda::own/source-only-reinhard_deeplabv3plus_a_b.py',
        budgets=('normal', 'long')),
    dict(
        config='mmuda::own/source-only-zca_deeplabv3plus_a_b.py',
        budgets=('normal', 'long')),
    # Partners by SemSim.
    dict(
        config='mmuda::own/dann_deeplabv3plus_a_b.py',
        budgets=('quick', 'normal', 'long'),
        alphas=(0.0, 0.5, 1.0)),
    # Self-training.
    dict(
        config='mmuda::own/cbst_deeplabv3plus_a_b.py',
        budgets=('normal', 'long'),
        alphas=(0.0, 0.5, 1.0)),
    dict(
        config='mmuda::own/dacs_deeplabv3plus_a_b.py',
        budgets=('normal', 'long'),
        alphas=(0.0, 0.5, 1.0)),
    dict(
        config='mmuda::own/mic_deeplabv3plus_a_b.py',
        budgets=('normal', 'long'),
        alphas=(0.0, 0.5, 1.0)),
]
distillation = dict(
    config='mmuda::own/distilled_deeplabv3plus_a_b.py', budgets=('normal', 'long'))
