import pytest

from migrator.project import Project, ProjectSettings, SettingsError


def settings_of(text, **files):
    contents = {"train.py": b"", "tools/fit.py": b"", "mindferry.toml": text.encode(), **files}
    return ProjectSettings.read(Project.from_files("p", contents))


def test_without_a_file_there_are_defaults():
    assert ProjectSettings.read(Project.from_files("p", {})) == ProjectSettings()


def test_it_reads_what_is_set():
    text = """
    [run]
    entry = "tools/fit.py"
    args = "--name 'two words' --epochs 2"
    target = "cpu"
    [limits]
    seconds = 60
    memory_mb = 2048
    steps = 100
    """
    assert settings_of(text) == ProjectSettings(
        "tools/fit.py", "--name 'two words' --epochs 2", "cpu", seconds=60, memory_mb=2048, steps=100
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[run", "not valid TOML"),
        ("[runn]", "runn is unknown; did you mean run?"),
        ("run = 1", "run must be a section"),
        ("[run]\nenrty = 'train.py'", r"\[run\] enrty is unknown; did you mean entry?"),
        ("[run]\nentry = 'trian.py'", "'trian.py', which is not in the project; did you mean train.py?"),
        ("[run]\nentry = '../x.py'", "not in the project"),
        ("[run]\nentry = 3", "must name a Python file"),
        ("[run]\nargs = ['--epochs']", "args must be one text"),
        ('[run]\nargs = "--name \'x"', "cannot be split"),
        ("[run]\ntarget = 'gpu'", "one of cpu, ascend, portable"),
        ("[limits]\nseconds = 0", "seconds must be a whole number above 0"),
        ("[limits]\nseconds = true", "seconds must be a whole number above 0"),
    ],
)
def test_a_mistake_is_named_with_its_mending(text, says):
    with pytest.raises(SettingsError, match=says.replace("?", r"\?")):
        settings_of(text)


def test_a_file_that_is_not_utf8_is_said_so():
    with pytest.raises(SettingsError, match="not UTF-8"):
        ProjectSettings.read(Project.from_files("p", {"mindferry.toml": b"\xff"}))
