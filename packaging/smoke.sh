#!/usr/bin/env bash
# Freeze the program into dist/enphase-tray, and start it to its tray on a private desktop.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${BIN:-.venv/bin}/python
"$python" -m PyInstaller --noconfirm --clean --log-level WARN --distpath dist --workpath build/pyinstaller \
    packaging/enphase-tray.spec
du -sh dist/enphase-tray
dist/enphase-tray/enphase-tray --version
PYTHONPATH=. "$python" packaging/smoke.py dist/enphase-tray/enphase-tray
