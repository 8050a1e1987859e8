"""torch's attention and Transformer layers with all their masks and options, and torch's parameter names."""

from __future__ import annotations

import copy
import math

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.initializer import XavierNormal, XavierUniform
from mindspore.common.initializer import initializer as initial_value

from migrator.support.activations import gelu, softmax
from migrator.support.normalisation import LayerNorm


def attention_bias(mask, dtype):
    """A boolean mask as something to add to the scores: minus infinity where it is True."""
    if mask.dtype == ms.bool_:
        return ops.where(mask, Tensor(-math.inf, dtype), Tensor(0.0, dtype))
    return mask.astype(dtype)


def allowed_weights(scores):
    """Softmax over the last axis, 0 where nothing is allowed, as in torch's ``scaled_dot_product_attention``."""
    forbidden = ops.stop_gradient(scores).max(axis=-1, keepdims=True) == -math.inf
    if not forbidden.any():
        return softmax(scores, -1)
    nothing = ops.zeros_like(scores)
    return ops.where(forbidden, nothing, softmax(ops.where(forbidden, nothing, scores), -1))


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    """torch.nn.functional.scaled_dot_product_attention; a boolean mask is True where attention is allowed."""
    if enable_gqa:
        repeats = query.shape[-3] // key.shape[-3]
        key, value = ops.repeat_interleave(key, repeats, -3), ops.repeat_interleave(value, repeats, -3)
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = ops.matmul(query * factor, key.swapaxes(-1, -2))
    if is_causal:
        later = np.triu(np.ones(scores.shape[-2:], bool), 1)
        scores = scores + attention_bias(Tensor(later), scores.dtype)
    if attn_mask is not None:
        mask = attn_mask.logical_not() if attn_mask.dtype == ms.bool_ else attn_mask
        scores = scores + attention_bias(mask, scores.dtype)
    weights = allowed_weights(scores)
    if dropout_p > 0.0:
        weights = ops.dropout(weights, p=dropout_p, training=True)
    return ops.matmul(weights, value)


def multi_head_attention_forward(
    query,
    key,
    value,
    embed_dim_to_check,
    num_heads,
    in_proj_weight,
    in_proj_bias,
    bias_k,
    bias_v,
    add_zero_attn,
    dropout_p,
    out_proj_weight,
    out_proj_bias,
    training=True,
    key_padding_mask=None,
    need_weights=True,
    attn_mask=None,
    use_separate_proj_weight=False,
    q_proj_weight=None,
    k_proj_weight=None,
    v_proj_weight=None,
    static_k=None,
    static_v=None,
    average_attn_weights=True,
    is_causal=False,
):
    """torch.nn.functional.multi_head_attention_forward for (L, N, E) and (L, E)."""
    single = query.ndim == 2
    if single:
        query, key, value = query.expand_dims(1), key.expand_dims(1), value.expand_dims(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.expand_dims(0)
    length, batch, width = query.shape
    head = width // num_heads
    if use_separate_proj_weight:
        parts = (q_proj_weight, k_proj_weight, v_proj_weight)
    else:
        parts = (in_proj_weight[:width], in_proj_weight[width : 2 * width], in_proj_weight[2 * width :])
    # dense, since matmul gives a first operand of shape (1, 1, n) another rank on the way back.
    q, k, v = (ops.dense(x, w) for x, w in zip((query, key, value), parts, strict=True))
    if in_proj_bias is not None:
        q, k, v = q + in_proj_bias[:width], k + in_proj_bias[width : 2 * width], v + in_proj_bias[2 * width :]
    if bias_k is not None:
        k = ops.concat([k, bias_k.broadcast_to((1, batch, width))], 0)
        v = ops.concat([v, bias_v.broadcast_to((1, batch, width))], 0)
    added = 0 if bias_k is None else 1
    q = q.reshape((length, batch * num_heads, head)).swapaxes(0, 1)
    k = k.reshape((-1, batch * num_heads, head)).swapaxes(0, 1) if static_k is None else static_k
    v = v.reshape((-1, batch * num_heads, head)).swapaxes(0, 1) if static_v is None else static_v
    if add_zero_attn:
        nothing = ops.zeros((batch * num_heads, 1, head), k.dtype)
        k, v, added = ops.concat([k, nothing], 1), ops.concat([v, nothing], 1), added + 1
    scores = ops.bmm(q / math.sqrt(head), k.swapaxes(1, 2))
    scores = scores.reshape((batch, num_heads, length, k.shape[1]))
    if attn_mask is not None:
        bias = attention_bias(attn_mask, scores.dtype)
        if added:
            bias = ops.concat([bias, ops.zeros((*bias.shape[:-1], added), bias.dtype)], -1)
        bias = bias.reshape((batch, num_heads, *bias.shape[1:])) if bias.ndim == 3 else bias
        scores = scores + bias
    if key_padding_mask is not None:
        bias = attention_bias(key_padding_mask, scores.dtype)
        if added:
            bias = ops.concat([bias, ops.zeros((bias.shape[0], added), bias.dtype)], -1)
        scores = scores + bias.reshape((batch, 1, 1, -1))
    weights = softmax(scores, -1) if need_weights else allowed_weights(scores)
    if training and dropout_p > 0:
        weights = ops.dropout(weights, p=dropout_p, training=True)
    context = ops.bmm(weights.reshape((batch * num_heads, length, -1)), v)
    context = context.swapaxes(0, 1).reshape((length * batch, width))
    output = ops.dense(context, out_proj_weight, out_proj_bias)
    output = output.reshape((length, batch, -1))
    if single:
        output = output.squeeze(1)
    if not need_weights:
        return output, None
    weights = weights.mean(axis=1) if average_attn_weights else weights
    return output, weights.squeeze(0) if single else weights


class MultiheadAttention(nn.Cell):
    """torch.nn.MultiheadAttention with every mask, ``batch_first`` and unbatched inputs."""

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("embed_dim must be divisible by num_heads")
        dtype = dtype or ms.float32
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.head_dim = embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.add_zero_attn = add_zero_attn
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.in_proj_weight = self.q_proj_weight = self.k_proj_weight = self.v_proj_weight = None
        if self._qkv_same_embed_dim:
            self.in_proj_weight = attention_weight((3 * embed_dim, embed_dim), "in_proj_weight", dtype)
        else:
            self.q_proj_weight = attention_weight((embed_dim, embed_dim), "q_proj_weight", dtype)
            self.k_proj_weight = attention_weight((embed_dim, self.kdim), "k_proj_weight", dtype)
            self.v_proj_weight = attention_weight((embed_dim, self.vdim), "v_proj_weight", dtype)
        self.in_proj_bias = Parameter(ops.zeros((3 * embed_dim,), dtype), name="in_proj_bias") if bias else None
        self.out_proj = nn.Dense(embed_dim, embed_dim, has_bias=bias, bias_init="zeros" if bias else None)
        self.bias_k = self.bias_v = None
        if add_bias_kv:
            self.bias_k = attention_weight((1, 1, embed_dim), "bias_k", dtype, XavierNormal())
            self.bias_v = attention_weight((1, 1, embed_dim), "bias_v", dtype, XavierNormal())

    def construct(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        swap = self.batch_first and query.ndim == 3
        if swap:
            query, key, value = query.swapaxes(0, 1), key.swapaxes(0, 1), value.swapaxes(0, 1)
        output, weights = multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias if self.out_proj.has_bias else None,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
        )
        return (output.swapaxes(0, 1) if swap else output), weights


def attention_weight(shape, name, dtype, start=None):
    """A projection weight drawn as torch draws it."""
    return Parameter(initial_value(start or XavierUniform(), shape, dtype).init_data(), name=name)


def feed_forward_activation(activation):
    """relu or gelu by name, or the function that was given."""
    if isinstance(activation, str):
        return {"relu": ops.relu, "gelu": gelu}[activation]
    return activation


class TransformerEncoderLayer(nn.Cell):
    """torch.nn.TransformerEncoderLayer."""

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first)
        self.linear1 = nn.Dense(d_model, dim_feedforward, has_bias=bias)
        self.dropout = nn.Dropout(p=dropout)
        self.linear2 = nn.Dense(dim_feedforward, d_model, has_bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1 = nn.Dropout(p=dropout)
        self.dropout2 = nn.Dropout(p=dropout)
        self.activation = feed_forward_activation(activation)

    def construct(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        if self.norm_first:
            src = src + self.attend(self.norm1(src), src_mask, src_key_padding_mask)
            return src + self.feed_forward(self.norm2(src))
        src = self.norm1(src + self.attend(src, src_mask, src_key_padding_mask))
        return self.norm2(src + self.feed_forward(src))

    def attend(self, x, mask, padding):
        found, _ = self.self_attn(x, x, x, key_padding_mask=padding, need_weights=False, attn_mask=mask)
        return self.dropout1(found)

    def feed_forward(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoderLayer(nn.Cell):
    """torch.nn.TransformerDecoderLayer."""

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first)
        self.linear1 = nn.Dense(d_model, dim_feedforward, has_bias=bias)
        self.dropout = nn.Dropout(p=dropout)
        self.linear2 = nn.Dense(dim_feedforward, d_model, has_bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1 = nn.Dropout(p=dropout)
        self.dropout2 = nn.Dropout(p=dropout)
        self.dropout3 = nn.Dropout(p=dropout)
        self.activation = feed_forward_activation(activation)

    def construct(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=False,
        memory_is_causal=False,
    ):
        x = tgt
        if self.norm_first:
            x = x + self.attend(self.norm1(x), tgt_mask, tgt_key_padding_mask)
            x = x + self.look(self.norm2(x), memory, memory_mask, memory_key_padding_mask)
            return x + self.feed_forward(self.norm3(x))
        x = self.norm1(x + self.attend(x, tgt_mask, tgt_key_padding_mask))
        x = self.norm2(x + self.look(x, memory, memory_mask, memory_key_padding_mask))
        return self.norm3(x + self.feed_forward(x))

    def attend(self, x, mask, padding):
        found, _ = self.self_attn(x, x, x, key_padding_mask=padding, need_weights=False, attn_mask=mask)
        return self.dropout1(found)

    def look(self, x, memory, mask, padding):
        found, _ = self.multihead_attn(x, memory, memory, key_padding_mask=padding, need_weights=False, attn_mask=mask)
        return self.dropout2(found)

    def feed_forward(self, x):
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def layer_copies(layer, count):
    """``count`` copies of a layer that start with equal weights and share none, as torch's stacks make them."""
    return nn.CellList([copy.deepcopy(layer) for _ in range(count)])


class TransformerEncoder(nn.Cell):
    """torch.nn.TransformerEncoder."""

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = layer_copies(encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def construct(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(nn.Cell):
    """torch.nn.TransformerDecoder."""

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = layer_copies(decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def construct(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
            )
        return tgt if self.norm is None else self.norm(tgt)


def causal_mask(sz, device=None, dtype=None):
    """torch.nn.Transformer.generate_square_subsequent_mask: minus infinity above the diagonal."""
    upper = np.triu(np.ones((sz, sz), bool), 1)
    return Tensor(np.where(upper, -math.inf, 0.0), dtype or ms.float32)


class Transformer(nn.Cell):
    """torch.nn.Transformer."""

    def __init__(
        self,
        d_model=512,
        nhead=8,
        num_encoder_layers=6,
        num_decoder_layers=6,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        custom_encoder=None,
        custom_decoder=None,
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*options), num_encoder_layers, LayerNorm(d_model, layer_norm_eps, bias=bias)
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*options), num_decoder_layers, LayerNorm(d_model, layer_norm_eps, bias=bias)
        )
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.get_parameters():
            if parameter.ndim > 1:
                parameter.set_data(initial_value(XavierUniform(), parameter.shape, parameter.dtype).init_data())

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        return causal_mask(sz, device, dtype)

    def construct(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
        )
