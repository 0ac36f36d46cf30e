# ORACLE: DANN on pairs of the Ground Truth strategy. Making its mapping reads the
# training labels of the target; training itself does not.
_base_ = [
    '../_base_/methods/dann.py', '../_base_/pipelines/ground_truth_candidates.py'
]
source, target = 'hannover', 'vaihingen'
pairing = dict(strategy='ground_truth', target_labels=_base_.labelled_candidates)
train_dataloader = dict(dataset=dict(target=_base_.candidates))
demo = '../_base_/demo/dann_ground_truth.py'
