import os
import stat
import subprocess
import sys

from migrator.translation.cache import CacheFolder, key_of


def test_what_was_put_in_comes_back(tmp_path):
    cache = CacheFolder(tmp_path / "cache")
    cache.put("a", [1, {"b": "c"}])
    assert CacheFolder(tmp_path / "cache").get("a") == [1, {"b": "c"}]
    assert cache.get("b") is None


def test_the_folder_is_for_its_owner_only(tmp_path):
    cache = CacheFolder(tmp_path / "cache")
    cache.put("a", 1)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_damaged_entry_is_not_answered_with(tmp_path):
    cache = CacheFolder(tmp_path)
    for damage in (
        lambda data: data[:-3],
        lambda data: b"",
        lambda data: data.replace(b"1", b"2"),
        lambda data: b"\xff",
    ):
        cache.put("a", {"value": 1111})
        place = tmp_path / "a.json"
        place.write_bytes(damage(place.read_bytes()))
        assert cache.get("a") is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = CacheFolder(tmp_path / "file" / "cache")
    cache.put("a", 1)
    assert cache.get("a") is None
    cache.trim()


def test_two_writers_at_once_leave_a_whole_entry(tmp_path):
    program = (
        "import sys; from pathlib import Path; from migrator.translation.cache import CacheFolder\n"
        "cache = CacheFolder(Path(sys.argv[1]))\n"
        "for _ in range(200): cache.put('a', [sys.argv[2]] * 2000)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), word]) for word in ("one", "two")]
    cache = CacheFolder(tmp_path)
    while any(writer.poll() is None for writer in writers):
        value = cache.get("a")
        assert value is None or (len(value) == 2000 and len(set(value)) == 1)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert cache.get("a") is not None
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_it_keeps_within_its_limit_and_drops_what_was_used_longest_ago(tmp_path):
    cache = CacheFolder(tmp_path, limit=1000)
    for number in range(6):
        cache.put(str(number), "x" * 200)
        os.utime(tmp_path / f"{number}.json", (number, number))
    cache.get("0")
    cache.trim()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1000
    assert cache.get("0") and cache.get("5")
    assert cache.get("1") is None


def test_the_users_folder_is_named_by_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("MINDFERRY_CACHE", str(tmp_path / "here"))
    assert CacheFolder.of_user().folder == tmp_path / "here"
    monkeypatch.delenv("MINDFERRY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert CacheFolder.of_user().folder == tmp_path / "mindferry" / "translations"


def test_keys_tell_contents_apart():
    assert key_of("a", ["b"]) == key_of("a", ["b"])
    assert key_of("a", ["b"]) != key_of("a", ["c"])
