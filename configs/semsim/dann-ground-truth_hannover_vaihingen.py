# ORACLE: DANN on pairs of the Ground Truth strategy. Making its mapping reads the
# training labels of the target; training itself does not.
_base_ = '../_base_/methods/dann.py'
source, target = 'hannover', 'vaihingen'

# "We created 16000 image patches per target image instead of just 800, in order to find
# a better mapping" (Sect. 5.2). They are drawn when they are loaded.
image = dict(type='LoadRandomPatch', bands=['nir', 'red', 'green'])
pack = dict(type='PackSegInputs')
candidates = dict(
    random_patches=16000, data_prefix=dict(_delete_=True, img_path='scenes'))
pairing = dict(
    strategy='ground_truth',
    target_labels=dict(
        pipeline=[image, dict(type='LoadRandomPatchLabels'), pack], **candidates))
train_dataloader = dict(
    dataset=dict(target=dict(pipeline=[image, pack], **candidates)))
demo = '../_base_/demo/dann_ground_truth.py'
