"""What reading costs at the least: a script that imports requests and PyJWT and makes the requests it is told.

python bare_read.py BASE_URL TOKEN_FILE PATH...
"""

import sys

import jwt
import requests
import urllib3


def main(base: str, token_file: str, *paths: str) -> None:
    urllib3.disable_warnings()
    with open(token_file, encoding="utf-8") as file:  # noqa: PTH123 no more imports than needed
        token = file.read().strip()
    jwt.decode(token, options={"verify_signature": False})
    session = requests.Session()
    session.trust_env = False
    session.verify = False
    for path in paths:
        answer = session.get(base + path, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        size = len(answer.content)
        if answer.ok and "json" in answer.headers.get("content-type", ""):
            answer.json()
        print(answer.status_code, size, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
