"""Start a frozen program with its demo on a private desktop: its icon must come with a figure, and it must quit."""

import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.desktop.bench import Desktop, wait_until
from tests.desktop.conftest import start_tray


def main(program: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="et-") as folder, Desktop(Path(folder)) as desktop:
        tray = start_tray(desktop)
        started = time.monotonic()
        running = desktop.start(program.resolve(), "--demo", "--hidden")
        item = tray.item(seconds=60)
        print(f"icon after {time.monotonic() - started:.2f} s")
        figure = wait_until(lambda: "W now" in item.tooltip.title and item.tooltip.title, 60, "a figure in the tooltip")
        print(f"tooltip: {figure!r}")
        running.signal(signal.SIGTERM)
        status = running.wait(10)
        if status:
            print(running.log, file=sys.stderr)
        return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
