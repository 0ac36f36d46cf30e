# Classical translators are fitted in one pass over the training images of both
# domains, without labels; the pass is made in one step.
_base_ = '../default_runtime.py'
train_cfg = dict(type='FitLoop', max_iters=1)
train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='DomainConcatDataset'))
optim_wrapper = dict(constructor='NoOptimizer')
default_hooks = dict(pictures=dict(type='TranslationGridHook'))

# There is nothing to measure on labels.
val_dataloader = val_cfg = val_evaluator = None
test_dataloader = test_cfg = test_evaluator = None

demo = '../demo/fit.py'
