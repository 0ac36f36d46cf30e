# "Fine-tune it using the fake image patches and the original ground-truth for 2,500
# iterations" (Sect. 3). A leaf names the translator.
_base_ = './unet_source_only.py'
source_model = '../../semi2i/unet_source-only_hannover_vaihingen.py'
warm_start = True
train_cfg = dict(max_iters=2500, val_interval=500)
demo = '../demo/unet_translated.py'
