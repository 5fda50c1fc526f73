"""What this process asks of the system for itself, before anything private is in its memory."""

from contextlib import suppress


def leave_no_core_dump() -> None:
    """Write no picture of the memory where the program crashes; systems that collect those honour it too.

    Only the soft limit: a browser that is started from here may raise its own again. Systems without such limits
    are left alone.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
