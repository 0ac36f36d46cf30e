# ORACLE: DANN on pairs of the Ground Truth strategy. Making its mapping reads the
# training labels of the target; training itself does not.
_base_ = './dann_hannover_vaihingen.py'
oracle = True
strategy = 'ground_truth'

# "We created 16000 image patches per target image instead of just 800, in order to find
# a better mapping" (Sect. 5.2). They are drawn when they are loaded.
city = _base_.target_train_unlabelled
candidates = dict(random_patches=16000, data_prefix=dict(img_path='scenes'))
image = dict(type='LoadRandomPatch', bands=city.pipeline[0].bands)
pack = dict(type='PackSegInputs')
pairing = dict(
    strategy=strategy,
    target_labels=dict(
        type=city.type,
        data_root=city.data_root,
        pipeline=[image, dict(type='LoadRandomPatchLabels'), pack],
        **candidates))
train_dataloader = dict(
    sampler=dict(
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'),
    dataset=dict(target=dict(pipeline=[image, pack], **candidates)))
demo = dict(
    pairing=dict(target_labels=dict(random_patches=300)),
    train_dataloader=dict(dataset=dict(target=dict(random_patches=300))))
