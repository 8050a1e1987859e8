"""Downloads as torch.hub does them, from an address on this machine."""

import hashlib

import pytest
import torch

from migrator.support import downloads


def test_a_file_is_downloaded_whole_or_not_at_all(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"weights")
    for function in (downloads.download_url_to_file, torch.hub.download_url_to_file):
        with pytest.raises(RuntimeError, match="invalid hash value"):
            function(source.as_uri(), str(target), hash_prefix="0000", progress=False)
        assert not target.exists()
        function(source.as_uri(), str(target), hash_prefix=hashlib.sha256(b"weights").hexdigest()[:8], progress=False)
        assert target.read_bytes() == b"weights"
        target.unlink()


def test_the_cache_is_torchs(monkeypatch, tmp_path):
    for home in (None, str(tmp_path)):
        if home:
            monkeypatch.setenv("TORCH_HOME", home)
        assert downloads.hub_folder() == torch.hub.get_dir()


def test_weights_at_an_address_are_downloaded_once_and_read(tmp_path):
    weights = {"layer.weight": torch.arange(6.0).reshape(2, 3), "steps": torch.tensor(4)}
    source = tmp_path / "net.pth"
    torch.save(weights, source)
    named = tmp_path / f"net-{hashlib.sha256(source.read_bytes()).hexdigest()[:8]}.pth"
    source.rename(named)
    cache = tmp_path / "cache"
    for _ in range(2):  # the second time the file is there and the address is not
        loaded = downloads.load_state_dict_from_url(named.as_uri(), str(cache), map_location="cpu", check_hash=True)
        assert list(loaded) == list(weights)
        assert loaded["layer.weight"].asnumpy().tolist() == weights["layer.weight"].tolist()
        named.unlink(missing_ok=True)


def test_weights_with_another_hash_than_their_name_says_are_refused(tmp_path):
    torch.save({}, tmp_path / "net-00000000.pth")
    address = (tmp_path / "net-00000000.pth").as_uri()
    with pytest.raises(RuntimeError, match="invalid hash value"):
        downloads.load_state_dict_from_url(address, str(tmp_path / "cache"), check_hash=True)
