"""Projects as a command line names them: a folder, an archive, or one Python file."""

from __future__ import annotations

from pathlib import Path

from migrator.project import ArchiveError, Project, ProjectSettings, SettingsError


class SourceError(ValueError):
    """The project cannot be read; the message is one line that says why and what to do."""


def open_project(name: str) -> Project:
    """Read a project from a folder, an archive, or a single Python file. Raises SourceError."""
    path = Path(name)
    try:
        if path.is_dir():
            project = Project.from_folder(path)
        elif path.is_file() and path.suffix == ".py":
            project = Project.from_files(path.stem, {path.name: path.read_bytes()})
        elif path.is_file():
            project = Project.from_archive(path)
        else:
            raise SourceError(
                f"there is no project at {name}; name a folder, an archive (zip, tar.gz) or a Python file"
            )
    except ArchiveError as error:
        raise SourceError(str(error)) from error
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror or error}") from error
    if not project.sources:
        raise SourceError(f"{name} holds no Python file; name the folder that the project's source is in")
    return project


def settings_of(project: Project) -> ProjectSettings:
    """What the project's ``mindferry.toml`` says. Raises SourceError where it cannot be used."""
    try:
        return ProjectSettings.read(project)
    except SettingsError as error:
        raise SourceError(str(error)) from error


def prepare_output(name: str, project: str, mark: str) -> Path:
    """The output folder, empty or made by us before (it then has ``mark`` in it). Raises SourceError."""
    output = Path(name).resolve()
    source = Path(project).resolve()
    if output == source or (source.is_dir() and output.is_relative_to(source)) or source.is_relative_to(output):
        raise SourceError(f"the output {name} and the project would lie in each other; choose another folder with -o")
    if output.exists() and not output.is_dir():
        raise SourceError(f"{name} is a file; choose a folder with -o")
    if output.is_dir() and any(output.iterdir()) and not (output / mark).exists():
        raise SourceError(f"{name} is not empty and was not written by MindFerry; choose a new folder with -o")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"{name} cannot be made: {error.strerror}") from error
    return output
