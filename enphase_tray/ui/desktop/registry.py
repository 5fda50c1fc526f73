"""The user's part of the registry of Windows, as far as it is needed here."""

import sys
from typing import Protocol


class Registry(Protocol):
    """Values beneath HKEY_CURRENT_USER; a key that is missing has none. Raises OSError where it may not be used."""

    def get(self, key: str, name: str) -> str | int | bytes | None: ...

    def put(self, key: str, name: str, text: str) -> None: ...

    def remove(self, key: str, name: str) -> None: ...


if sys.platform == "win32":
    import winreg

    class UserRegistry:
        """The real one."""

        def get(self, key: str, name: str) -> str | int | bytes | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value = winreg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None
            return value if isinstance(value, str | int | bytes) else None

        def put(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def remove(self, key: str, name: str) -> None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return


def user_registry() -> Registry | None:
    """The registry; `None` on other systems."""
    if sys.platform == "win32":
        return UserRegistry()
    return None
