"""Files from the network, as torch.hub keeps them."""

from __future__ import annotations

import hashlib
import os
import re
import urllib.parse
import urllib.request

from migrator.support.checkpoint import load


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


def load_state_dict_from_url(
    url, model_dir=None, map_location=None, progress=True, check_hash=False, file_name=None, weights_only=False
):
    """torch.hub.load_state_dict_from_url: the file is downloaded once, into torch's cache, and read without torch.
    ``check_hash`` goes by the hash in the file's name (``net-1a2b3c4d.pth``)."""
    folder = model_dir or os.path.join(hub_folder(), "checkpoints")
    os.makedirs(folder, exist_ok=True)
    name = file_name or os.path.basename(urllib.parse.urlparse(url).path)
    place = os.path.join(folder, name)
    if not os.path.exists(place):
        found = re.search(r"-([a-f0-9]*)\.", name) if check_hash else None
        download_url_to_file(url, place, found.group(1) if found else None, progress)
    return load(place)
