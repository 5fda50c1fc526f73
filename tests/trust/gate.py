"""What may stand in the program's sources at one place only, or nowhere: found by syntax, not by spelling."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "enphase_tray"

NOWHERE_MODULES = frozenset({
    "pickle", "marshal", "shelve", "dill", "pty", "commands", "ctypes", "cffi", "telnetlib", "ftplib",
    "smtplib", "xmlrpc", "imp", "code", "yaml", "aiohttp", "httpx", "pycurl", "websocket",
})  # fmt: skip
NOWHERE_CALLS = frozenset({
    "eval", "exec", "compile", "__import__", "breakpoint", "os.system", "os.popen", "os.fork", "os.execv", "os.execve",
    "os.spawnv", "os.posix_spawn", "asyncio.create_subprocess_shell", "tempfile.mktemp",
    "urllib.request.urlopen", "requests.get", "requests.post", "requests.put", "requests.delete", "requests.request",
    "requests.Session", "requests.session", "urllib3.PoolManager", "urllib3.disable_warnings",
})  # fmt: skip
_UNCHECKED = ("CERT_NONE", "CERT_OPTIONAL", "_create_unverified_context")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT"})


def sources(*without: str) -> list[Path]:
    """Every module of the program, but for some rooms."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in without]


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def unchecked(tree: ast.AST) -> Iterator[int]:
    """Lines where the check of a certificate or of a host name is switched off, or could be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in (
            "CERT_NONE",
            "CERT_OPTIONAL",
            "_create_unverified_context",
        ):
            yield node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if node.attr in ("check_hostname", "verify_mode", "verify", "trust_env"):
                yield node.lineno
        elif isinstance(node, ast.keyword) and _loosens(node):
            yield node.value.lineno


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at any depth, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(tree: ast.AST) -> Iterator[str]:
    """Every call by its dotted name, through what was imported under another one."""
    known = dict(_aliases(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            dotted = _dotted(node.func)
            if dotted:
                first, _, rest = dotted.partition(".")
                yield ".".join(filter(None, (known.get(first, first), rest)))


def of_subprocess(tree: ast.AST) -> set[str]:
    """What is taken of the module that starts programs: as an attribute of it, or by name."""
    taken = {name for name in imported(tree) if name.startswith("subprocess.")}
    known = dict(_aliases(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = known.get(node.value.id, node.value.id)
            taken |= {f"{module}.{node.attr}"} if module == "subprocess" else set()
    return taken


def shells(tree: ast.AST) -> Iterator[int]:
    """Lines that hand something to a shell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            yield node.value.lineno


def methods(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each HTTP method that stands in a text, with the function around it."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
        documented = ast.get_docstring(function, clean=False)
        for node in ast.walk(function):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != documented:
                words = {word for word in node.value.replace(":", " ").split() if word in _METHODS}
                yield from ((word, function.name) for word in words)


def revealing(tree: ast.AST) -> Iterator[str]:
    """Each function in which the text of a `Secret` is taken out, by its name; `<module>` outside of all."""
    for node, function in _with_function(tree, "<module>"):
        if isinstance(node, ast.Attribute) and node.attr in ("reveal", "_text") and not _is_self(node.value):
            yield function


def touched(tree: ast.AST) -> Iterator[str]:
    """Every attribute that is read or written, every keyword that is given, and every name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id


def _with_function(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else name
        yield node, inner
        yield from _with_function(node, inner)


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _loosens(keyword: ast.keyword) -> bool:
    said = keyword.value
    off = isinstance(said, ast.Constant) and said.value in (False, None, 0)
    if keyword.arg in ("verify", "check_hostname", "assert_hostname") and off:
        return True
    if keyword.arg in ("trust_env", "allow_redirects") and isinstance(said, ast.Constant) and said.value is not False:
        return True
    return keyword.arg == "cert_reqs"


def _aliases(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
