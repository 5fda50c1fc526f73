"""``python -m enphase_tray``: the same program as the ``enphase-tray`` command."""

import sys

from enphase_tray.cli import main

if __name__ == "__main__":
    sys.exit(main())
