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
