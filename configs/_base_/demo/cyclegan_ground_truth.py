# Fewer candidates for a partner.
_base_ = './cyclegan_semsim.py'
pairing = dict(target_labels=dict(random_patches=300))
train_dataloader = dict(dataset=dict(target=dict(random_patches=300)))
