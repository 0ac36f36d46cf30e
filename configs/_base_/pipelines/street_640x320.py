# Street scenes 640 pixels wide, in crops of 640 x 320: "resized and cropped" (LSD,
# Sect. 4 and 5.1). Tested whole.
load, labels = dict(type='LoadRaster'), dict(type='LoadLabels')
resize = dict(type='Resize', scale=(640, 640), keep_ratio=True)
crop = dict(type='RandomCrop', crop_size=(320, 640))
pack = dict(type='PackSegInputs')
train_pipeline = [load, labels, resize, crop, pack]
# Labels are loaded after resizing: the prediction is scaled up to their size.
test_pipeline = [load, resize, labels, pack]
del load, labels, resize, crop, pack
