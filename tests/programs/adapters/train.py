"""LoRA adapters and fake quantisation on a small pointer / memory language model, config dict style."""
import math
import yaml
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import IterableDataset, DataLoader

CFG = yaml.safe_load("""
seed: 0
model: {vocab: 12, dim: 16, heads: 2, layers: 2, mem: 4, tgt: 6}
lora: {r: 2, alpha: 4, dropout: 0.05, targets: [qkv, out]}
optim: {lr: 5.0e-3, betas: [0.9, 0.98], weight_decay: 0.01}
pretrain_steps: 8
finetune_steps: 8
""")


class RoundSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, bits):
        q = 2 ** (bits - 1) - 1
        ctx.save_for_backward(x, scale)
        ctx.q = q
        return torch.clamp(torch.round(x / scale), -q - 1, q) * scale

    @staticmethod
    def backward(ctx, grad):
        x, scale = ctx.saved_tensors
        inside = ((x / scale) >= -ctx.q - 1) & ((x / scale) <= ctx.q)
        return grad * inside.float(), None, None


class QuantLinear(nn.Linear):
    def __init__(self, *args, bits=8, **kwargs):
        super().__init__(*args, **kwargs)
        self.bits = bits
        self.register_buffer('scale', torch.tensor(0.05))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.scale.copy_(self.weight.abs().max() / (2 ** (self.bits - 1) - 1))
        w = RoundSTE.apply(self.weight, self.scale, self.bits)
        return F.linear(x, w, self.bias)


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r, alpha, dropout):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.empty(r, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scaling = alpha / r
        self.dropout = nn.Dropout(dropout) if dropout > 0 else nn.Identity()
        self.merged = False

    def forward(self, x):
        y = self.base(x)
        if self.merged:
            return y
        return y + (self.dropout(x) @ self.lora_A.T @ self.lora_B.T) * self.scaling

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.base.weight += (self.lora_B @ self.lora_A) * self.scaling
            self.merged = True


class RelAttention(nn.Module):
    """Transformer-XL attention with memory and relative shift."""

    def __init__(self, dim, heads):
        super().__init__()
        self.h, self.d = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.r_net = nn.Linear(dim, dim, bias=False)
        self.out = QuantLinear(dim, dim, bias=False)
        self.r_w_bias = nn.Parameter(torch.zeros(heads, dim // heads))
        self.r_r_bias = nn.Parameter(torch.zeros(heads, dim // heads))
        self.norm = nn.LayerNorm(dim)

    def _rel_shift(self, x):
        zero_pad = torch.zeros((x.size(0), 1, *x.size()[2:]), device=x.device, dtype=x.dtype)
        x_padded = torch.cat([zero_pad, x], dim=1)
        x_padded = x_padded.view(x.size(1) + 1, x.size(0), *x.size()[2:])
        return x_padded[1:].view_as(x)

    def forward(self, w, r, mask, mem):
        qlen, rlen, bsz = w.size(0), r.size(0), w.size(1)
        cat = torch.cat([mem, w], 0) if mem is not None and mem.numel() else w
        q, k, v = torch.chunk(self.qkv(cat), 3, dim=-1)
        q = q[-qlen:]
        klen = k.size(0)
        q = q.view(qlen, bsz, self.h, self.d)
        k = k.view(klen, bsz, self.h, self.d)
        v = v.view(klen, bsz, self.h, self.d)
        rk = self.r_net(r).view(rlen, self.h, self.d)
        AC = torch.einsum('ibnd,jbnd->ijbn', (q + self.r_w_bias, k))
        BD = self._rel_shift(torch.einsum('ibnd,jnd->ijbn', (q + self.r_r_bias, rk)))
        score = (AC + BD).mul_(1 / self.d ** 0.5)
        score = score.float().masked_fill(mask[:, :, :, None], -float('inf')).type_as(score)
        p = F.softmax(score, dim=1)
        vec = torch.einsum('ijbn,jbnd->ibnd', (p, v))
        vec = vec.contiguous().view(qlen, bsz, -1)
        return self.norm(w + self.out(vec))


class TXL(nn.Module):
    def __init__(self, vocab, dim, heads, layers, mem, tgt):
        super().__init__()
        self.mem_len, self.dim = mem, dim
        self.emb = nn.Embedding(vocab, dim)
        inv_freq = 1 / (10000 ** (torch.arange(0.0, dim, 2.0) / dim))
        self.register_buffer('inv_freq', inv_freq)
        self.layers = nn.ModuleList(RelAttention(dim, heads) for _ in range(layers))
        self.ff = nn.ModuleList(nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(inplace=True), nn.Linear(2 * dim, dim)) for _ in range(layers))
        self.head = nn.Linear(dim, vocab)
        self.copy_gate = nn.Linear(dim, 1)

    def init_mems(self):
        return [torch.empty(0, dtype=self.inv_freq.dtype) for _ in range(len(self.layers) + 1)]

    def _update_mems(self, hids, mems, qlen, mlen):
        with torch.no_grad():
            end = mlen + max(0, qlen)
            beg = max(0, end - self.mem_len)
            return [(torch.cat([m, h], 0) if m.numel() else h)[beg:end].detach() for m, h in zip(mems, hids)]

    def forward(self, data, target, *mems):
        if not mems:
            mems = self.init_mems()
        qlen, bsz = data.size()
        mlen = mems[0].size(0)
        klen = mlen + qlen
        mask = torch.triu(data.new_ones(qlen, klen), diagonal=1 + mlen).bool()[:, :, None]
        pos = torch.arange(klen - 1, -1, -1.0)
        sin = torch.ger(pos, self.inv_freq)
        r = torch.cat([sin.sin(), sin.cos()], dim=-1)
        x = self.emb(data)
        hids = [x]
        for i, (att, ff) in enumerate(zip(self.layers, self.ff)):
            x = att(x, r, mask, mems[i])
            x = x + ff(x)
            hids.append(x)
        new_mems = self._update_mems(hids, mems, qlen, mlen)
        # pointer mixture: copy one of the inputs, or generate
        scores = torch.einsum('ibd,jbd->bij', x, x)
        scores = scores.masked_fill(torch.ones(qlen, qlen).triu(1).bool(), float('-inf'))
        ptr = torch.zeros(bsz, qlen, self.head.out_features).scatter_add(
            2, data.t().unsqueeze(1).expand(-1, qlen, -1), F.softmax(scores, -1)).transpose(0, 1)
        g = torch.sigmoid(self.copy_gate(x))
        probs = g * F.softmax(self.head(x), -1) + (1 - g) * ptr
        loss = -torch.log(probs.gather(-1, target.unsqueeze(-1)).squeeze(-1) + 1e-8)
        return [loss] + new_mems


class Stream(IterableDataset):
    def __init__(self, vocab, tgt, bsz, steps):
        g = torch.Generator().manual_seed(3)
        self.data = torch.randint(1, vocab, (steps * tgt + 1, bsz), generator=g)
        self.data[3::4] = self.data[1::4][:self.data[3::4].size(0)]
        self.tgt, self.steps = tgt, steps

    def __iter__(self):
        for i in range(self.steps):
            beg, end = i * self.tgt, (i + 1) * self.tgt
            yield self.data[beg:end], self.data[beg + 1:end + 1], self.tgt


def inject(model, cfg):
    for name, module in list(model.named_modules()):
        for child_name, child in list(module.named_children()):
            if child_name in cfg['targets'] and isinstance(child, nn.Linear):
                setattr(module, child_name, LoRALinear(child, cfg['r'], cfg['alpha'], cfg['dropout']))
    for n, p in model.named_parameters():
        p.requires_grad = 'lora_' in n
    return model


def fit(model, steps, tag):
    mc, oc = CFG['model'], CFG['optim']
    params = [p for p in model.parameters() if p.requires_grad]
    print(tag, 'trainable', sum(p.numel() for p in params))
    opt = torch.optim.AdamW(params, lr=oc['lr'], betas=tuple(oc['betas']), weight_decay=oc['weight_decay'])
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 4))
    mems = tuple()
    model.train()
    for step, (data, target, seq_len) in enumerate(DataLoader(Stream(mc['vocab'], mc['tgt'], 3, steps), batch_size=None)):
        model.zero_grad()
        ret = model(data, target, *mems)
        loss, mems = ret[0], ret[1:]
        loss = loss.float().mean().type_as(loss)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 0.25)
        opt.step()
        sched.step()
        print(f'{tag} step {step:2d} | lr {opt.param_groups[0]["lr"]:.2e} | loss {loss.item():5.3f} | ppl {math.exp(loss.item()):9.3f}')


def main():
    torch.manual_seed(CFG['seed'])
    model = TXL(**CFG['model'])
    fit(model, CFG['pretrain_steps'], 'pre')
    model = inject(model, CFG['lora'])
    fit(model, CFG['finetune_steps'], 'lora')
    lora = {k: v for k, v in model.state_dict().items() if 'lora_' in k}
    torch.save(lora, 'lora.pt')
    print(len(lora), model.load_state_dict(torch.load('lora.pt'), strict=False).unexpected_keys)
    model.eval()
    data, target, _ = next(iter(Stream(12, 6, 3, 1)))
    with torch.no_grad():
        before = model(data, target)[0].mean().item()
        for m in model.modules():
            if isinstance(m, LoRALinear):
                m.merge()
        after = model(data, target)[0].mean().item()
    print('merged %.4f %.4f' % (before, after))


if __name__ == '__main__':
    main()
