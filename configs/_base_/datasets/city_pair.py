# Any ordered pair of the five cities: Hannover to Vaihingen, unless
# `--source`/`--target` of the tools (or the environment) say otherwise.
_base_ = [
    './vaihingen.py', './potsdam.py', './hannover.py', './buxtehude.py', './nienburg.py'
]
source = '{{$MMUDA_SOURCE:hannover}}'
target = '{{$MMUDA_TARGET:vaihingen}}'

source_train = dict(
    vaihingen=_base_.vaihingen_train,
    potsdam=_base_.potsdam_train,
    hannover=_base_.hannover_train,
    buxtehude=_base_.buxtehude_train,
    nienburg=_base_.nienburg_train)[source]
# Translators learn from images alone.
source_train_unlabelled = dict(
    vaihingen=_base_.vaihingen_train_unlabelled,
    potsdam=_base_.potsdam_train_unlabelled,
    hannover=_base_.hannover_train_unlabelled,
    buxtehude=_base_.buxtehude_train_unlabelled,
    nienburg=_base_.nienburg_train_unlabelled)[source]
target_train_unlabelled = dict(
    vaihingen=_base_.vaihingen_train_unlabelled,
    potsdam=_base_.potsdam_train_unlabelled,
    hannover=_base_.hannover_train_unlabelled,
    buxtehude=_base_.buxtehude_train_unlabelled,
    nienburg=_base_.nienburg_train_unlabelled)[target]
# Read by oracles alone: target-only training and the Ground Truth mapping.
target_train_labelled = dict(
    vaihingen=_base_.vaihingen_train,
    potsdam=_base_.potsdam_train,
    hannover=_base_.hannover_train,
    buxtehude=_base_.buxtehude_train,
    nienburg=_base_.nienburg_train)[target]
target_val = dict(
    vaihingen=_base_.vaihingen_val,
    potsdam=_base_.potsdam_val,
    hannover=_base_.hannover_val,
    buxtehude=_base_.buxtehude_val,
    nienburg=_base_.nienburg_val)[target]
