import time
from options.train_options import TrainOptions
from data import create_dataset
from models import create_model

if __name__ == '__main__':
    opt = TrainOptions().parse()   # get training options
    dataset = create_dataset(opt)
    dataset_size = len(dataset)
    print('The number of training images = %d' % dataset_size)

    model = create_model(opt)
    model.setup(opt)
    total_iters = 0

    for epoch in range(opt.epoch_count, opt.n_epochs + opt.n_epochs_decay + 1):
        epoch_start_time = time.time()
        epoch_iter = 0
        for i, data in enumerate(dataset):  # inner loop within one epoch
            total_iters += opt.batch_size
            epoch_iter += opt.batch_size
            model.set_input(data)
            model.optimize_parameters()

            if total_iters % opt.print_freq == 0:
                losses = model.get_current_losses()
                message = '(epoch: %d, iters: %d) ' % (epoch, epoch_iter)
                for k, v in losses.items():
                    message += '%s: %.3f ' % (k, v)
                print(message)
        if epoch % 2 == 0:
            model.save_networks('latest')
        model.update_learning_rate()
        print('End of epoch %d / %d' % (epoch, opt.n_epochs + opt.n_epochs_decay))
    model.load_networks('latest')
    model.eval()
    model.test()
    print('mean of the last picture: %.4f' % model.get_current_visuals()['fake_B'].mean().item())
