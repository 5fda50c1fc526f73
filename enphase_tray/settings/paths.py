"""Where a profile's files live."""

from dataclasses import dataclass
from pathlib import Path

from enphase_tray.settings.files import private_directory

_APPLICATION = "enphase_tray"


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """The files of one profile. Nothing is made by asking for them; see `prepare`.

    `directory` holds what is kept, `run_dir` what only lives while the program runs (lock and socket).
    """

    directory: Path
    settings_file: Path
    state_file: Path
    history_file: Path
    token_file: Path
    log_file: Path
    run_dir: Path

    @property
    def reports_dir(self) -> Path:
        """Where weekly reports are written by themselves; it is made with the first."""
        return self.directory / "reports"

    @classmethod
    def default(cls) -> "ProfilePaths":
        """The user's own folders, as the system has them."""
        import platformdirs

        folders = platformdirs.PlatformDirs(_APPLICATION, appauthor=False)
        data, state = folders.user_data_path, folders.user_state_path
        return cls(
            directory=data,
            settings_file=folders.user_config_path / "settings.toml",
            state_file=state / "state.json",
            history_file=data / "history.db",
            token_file=state / "token.json",
            log_file=folders.user_log_path / "enphase_tray.log",
            run_dir=folders.user_runtime_path,
        )

    @classmethod
    def at(cls, directory: Path) -> "ProfilePaths":
        """Everything in one folder."""
        return cls(
            directory=directory,
            settings_file=directory / "settings.toml",
            state_file=directory / "state.json",
            history_file=directory / "history.db",
            token_file=directory / "token.json",
            log_file=directory / "enphase_tray.log",
            run_dir=directory / "run",
        )

    def prepare(self) -> None:
        """Make the folders, private to their owner, and repair their modes. Raises SettingsError."""
        files = (self.settings_file, self.state_file, self.history_file, self.token_file, self.log_file)
        for folder in dict.fromkeys((self.directory, *(file.parent for file in files), self.run_dir)):
            private_directory(folder)
