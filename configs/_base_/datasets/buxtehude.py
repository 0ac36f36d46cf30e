_base_ = './shared/city.py'
train = dict(type='BuxtehudeCityDataset', data_root='data/buxtehude')
val = dict(type='BuxtehudeCityDataset', data_root='data/buxtehude')
