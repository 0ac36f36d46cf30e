_base_ = './shared/city.py'
train = dict(type='VaihingenCityDataset', data_root='data/vaihingen')
val = dict(type='VaihingenCityDataset', data_root='data/vaihingen')
