_base_ = './shared/city.py'
train = dict(type='HannoverCityDataset', data_root='data/hannover')
val = dict(type='HannoverCityDataset', data_root='data/hannover')
