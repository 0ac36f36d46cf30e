_base_ = './adapted.py'
sgd = dict(optimizer=dict(lr=2e-4))
optim_wrapper = dict(_delete_=True, segmentor=sgd, critic=sgd, align=sgd)
