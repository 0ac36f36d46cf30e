# "We created 16000 image patches per target image instead of just 800, in order to find
# a better mapping" (SemSim, Sect. 5.2). They are drawn when they are loaded.
image = dict(type='LoadRandomPatch', bands=['nir', 'red', 'green'])
pack = dict(type='PackSegInputs')
drawn = dict(random_patches=16000, data_prefix=dict(_delete_=True, img_path='scenes'))
candidates = dict(pipeline=[image, pack], **drawn)
labelled_candidates = dict(
    pipeline=[image, dict(type='LoadRandomPatchLabels'), pack], **drawn)
del image, pack, drawn
