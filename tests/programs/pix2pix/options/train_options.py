from .base_options import BaseOptions


class TrainOptions(BaseOptions):
    def initialize(self, parser):
        parser = BaseOptions.initialize(self, parser)
        parser.add_argument('--print_freq', type=int, default=8)
        parser.add_argument('--n_epochs', type=int, default=1)
        parser.add_argument('--n_epochs_decay', type=int, default=2)
        parser.add_argument('--epoch_count', type=int, default=1)
        parser.add_argument('--beta1', type=float, default=0.5)
        parser.add_argument('--lr', type=float, default=0.0002)
        parser.add_argument('--lr_policy', type=str, default='linear')
        parser.add_argument('--lambda_L1', type=float, default=100.0)
        self.isTrain = True
        return parser
