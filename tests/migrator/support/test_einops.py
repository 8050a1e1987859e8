import numpy as np
import pytest
from mindspore import Tensor

from migrator.support import einops

IMAGES = np.arange(2 * 3 * 4 * 6, dtype=np.float32).reshape(2, 3, 4, 6)


def both(function, array, *arguments, **sizes):
    """What a function gives for an array and for a tensor, which must be the same."""
    found = function(array, *arguments, **sizes)
    np.testing.assert_allclose(function(Tensor(array), *arguments, **sizes).asnumpy(), found, rtol=1e-6)
    return found


def test_patches_are_cut_and_put_together_again():
    patches = both(einops.rearrange, IMAGES, "b c (h p1) (w p2) -> b (h w) (p1 p2 c)", p1=2, p2=3)
    expected = IMAGES.reshape(2, 3, 2, 2, 2, 3).transpose(0, 2, 4, 3, 5, 1).reshape(2, 4, 18)
    np.testing.assert_array_equal(patches, expected)
    back = both(einops.rearrange, patches, "b (h w) (p1 p2 c) -> b c (h p1) (w p2)", h=2, p1=2, p2=3)
    np.testing.assert_array_equal(back, IMAGES)


def test_an_ellipsis_stands_for_the_other_axes():
    np.testing.assert_array_equal(both(einops.rearrange, IMAGES, "b ... -> ... b"), np.moveaxis(IMAGES, 0, -1))


def test_unit_axes_come_and_go():
    token = np.arange(4, dtype=np.float32).reshape(1, 1, 4)
    assert both(einops.repeat_axes, token, "() n d -> b n d", b=5).shape == (5, 1, 4)
    assert both(einops.repeat_axes, token, "1 1 d -> b n d", b=5, n=2).shape == (5, 2, 4)
    assert both(einops.rearrange, token, "1 n d -> n d 1").shape == (1, 4, 1)


def test_axes_are_repeated_where_the_pattern_says():
    row = np.array([1.0, 2.0], np.float32)
    np.testing.assert_array_equal(both(einops.repeat_axes, row, "w -> (w k)", k=2), [1, 1, 2, 2])
    np.testing.assert_array_equal(both(einops.repeat_axes, row, "w -> (k w)", k=2), [1, 2, 1, 2])


def test_axes_that_the_right_side_leaves_out_are_reduced():
    np.testing.assert_allclose(
        both(einops.reduce_axes, IMAGES, "b c h w -> b c", "mean"), IMAGES.mean((2, 3)), rtol=1e-6
    )
    pooled = both(einops.reduce_axes, IMAGES, "b c (h k) (w l) -> b c h w", "max", k=2, l=2)
    np.testing.assert_array_equal(pooled, IMAGES.reshape(2, 3, 2, 2, 3, 2).max((3, 5)))


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="is not made of"):
        einops.rearrange(IMAGES, "b c (h p) w -> b c h p w", p=3)


@pytest.mark.parametrize(
    ("pattern", "shapes", "joined", "sizes"),
    [
        ("b * d", [(2, 3, 4), (2, 4)], (2, 4, 4), [(3,), ()]),
        ("b *", [(2, 3, 4), (2,)], (2, 13), [(3, 4), ()]),
        ("*", [(2, 3)], (6,), [(2, 3)]),
    ],
)
def test_what_is_packed_comes_out_again(pattern, shapes, joined, sizes):
    arrays = [np.random.default_rng(0).random(shape, np.float32) for shape in shapes]
    packed, found = einops.pack([Tensor(array) for array in arrays], pattern)
    assert packed.shape == joined and found == sizes
    for part, array in zip(einops.unpack(packed, found, pattern), arrays, strict=True):
        np.testing.assert_array_equal(part.asnumpy(), array)


def test_one_size_may_be_left_to_be_worked_out():
    first, second = einops.unpack(Tensor(IMAGES[0, 0]), [[-1], [2, 1]], "h *")
    np.testing.assert_array_equal(first.asnumpy(), IMAGES[0, 0][:, :4])
    np.testing.assert_array_equal(second.asnumpy(), IMAGES[0, 0][:, 4:].reshape(4, 2, 1))


def test_the_axes_of_a_shape_are_named():
    assert einops.parse_shape(Tensor(IMAGES), "b _ ... w") == {"b": 2, "w": 6}
