"""One update of pyenphase for each line on standard input. Runs in pyenphase's own environment.

python pyenphase_update.py HOST:PORT TOKEN_FILE
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from pyenphase import Envoy


async def main(address: str, token_file: str) -> None:
    envoy = Envoy(address)
    await envoy.setup()
    await envoy.authenticate(token=Path(token_file).read_text(encoding="utf-8").strip())
    await envoy.probe()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        before = time.process_time()
        await envoy.update()
        spent = (time.process_time() - before) * 1000
        print(json.dumps({"ms": spent}), flush=True)
    await envoy.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
