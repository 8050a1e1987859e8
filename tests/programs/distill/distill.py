# 知识蒸馏: 大网络教小网络
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.utils.data as Data
from sklearn.datasets import load_digits

EPOCH_T = 3        # 教师训练轮数
EPOCH_S = 5        # 学生训练轮数
BATCH_SIZE = 64
LR = 0.005
T = 4.0            # 温度
ALPHA = 0.7

torch.manual_seed(1)    # 可复现

digits = load_digits()
x = torch.unsqueeze(torch.FloatTensor(digits.images), dim=1) / 16.
y = torch.LongTensor(digits.target)
train_data = Data.TensorDataset(x[:1400], y[:1400])
train_loader = Data.DataLoader(dataset=train_data, batch_size=BATCH_SIZE, shuffle=True, num_workers=0)
test_x, test_y = x[1400:], y[1400:]


class CNN(nn.Module):
    def __init__(self, width):
        super(CNN, self).__init__()
        def block(i, o):        # 卷积, 激活, 池化
            return nn.Sequential(nn.Conv2d(in_channels=i, out_channels=o, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.first = block(1, width)
        self.second = block(width, width * 2)
        self.out = nn.Linear(width * 2 * 2 * 2, 10)

    def forward(self, x):
        features = self.second(self.first(x))
        features = features.view(features.size(0), -1)
        return self.out(features), features     # 同时返回特征


def kd_loss(student_logits, teacher_logits, labels):
    soft = nn.KLDivLoss(reduction='batchmean')(
        F.log_softmax(student_logits / T, dim=1),
        F.softmax(teacher_logits / T, dim=1),
    )
    hard = F.cross_entropy(student_logits, labels)
    return soft * (ALPHA * T * T) + hard * (1. - ALPHA)


def test(net):
    net.eval()
    output, _ = net(test_x)
    guess = torch.max(output, 1)[1].data.numpy()
    net.train()
    return float((guess == test_y.data.numpy()).mean())


teacher = CNN(32)
print(teacher)
optimizer = torch.optim.Adam(teacher.parameters(), lr=LR)
loss_func = nn.CrossEntropyLoss()
for epoch in range(EPOCH_T):
    for step, (b_x, b_y) in enumerate(train_loader):
        output = teacher(b_x)[0]
        loss = loss_func(output, b_y)
        optimizer.zero_grad()           # 清空梯度
        loss.backward()                 # 反向传播
        optimizer.step()                # 更新参数
    print('teacher epoch: ', epoch, '| loss: %.4f' % loss.data.numpy(), '| test accuracy: %.3f' % test(teacher))

teacher.eval()
student = CNN(6)
optimizer = torch.optim.Adamax(student.parameters(), lr=LR)
for epoch in range(EPOCH_S):
    for step, (b_x, b_y) in enumerate(train_loader):
        with torch.no_grad():
            teacher_output, _ = teacher(b_x)
        student_output, _ = student(b_x)
        loss = kd_loss(student_output, teacher_output, b_y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('student epoch: ', epoch, '| loss: %.4f' % loss.data.numpy(), '| test accuracy: %.3f' % test(student))
