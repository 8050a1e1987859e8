"""Files from the network, as torch.hub keeps them."""

from __future__ import annotations

import hashlib
import os
import urllib.request


def hub_folder():
    """torch.hub.get_dir: the folder of torch's cache."""
    cache = os.environ.get("TORCH_HOME") or os.path.join(os.path.expanduser("~"), ".cache", "torch")
    return os.path.join(cache, "hub")


def download_url_to_file(url, dst, hash_prefix=None, progress=True):
    """torch.hub.download_url_to_file: the file appears whole or not at all. Raises RuntimeError for another hash."""
    part = f"{dst}.part"
    urllib.request.urlretrieve(url, part)
    with open(part, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    if hash_prefix and not digest.startswith(hash_prefix):
        os.remove(part)
        raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{digest}")')
    os.replace(part, dst)
