"""The gate over the syntax of every module: dangerous things stand at their one place, or nowhere (bars B15, B29)."""

import ast

import pytest

from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.paths import CHECK_TOKEN, PATHS
from tests.trust import gate

TREES = {gate.name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in gate.sources()}
CLIENT = {name: tree for name, tree in TREES.items() if not name.startswith("simulator/")}


def _where(found: dict[str, list[object]]) -> dict[str, list[object]]:
    return {name: what for name, what in found.items() if what}


def test_certificates_are_unchecked_in_the_pin_module_only() -> None:
    places = _where({name: list(gate.unchecked(tree)) for name, tree in TREES.items()})
    assert list(places) == ["gateway/pin.py"]


def test_http_libraries_stay_where_they_are() -> None:
    """One module speaks through requests; that it is an adapter without a session is its whole point."""
    users = {
        name
        for name, tree in TREES.items()
        if any(module.partition(".")[0] in ("requests", "urllib3") for module in gate.imported(tree))
    }
    assert users == {"gateway/checked.py"}
    servers = {name for name, tree in TREES.items() if "http.server" in gate.imported(tree)}
    assert all(name.startswith("simulator/") for name in servers)


def test_sockets_to_the_network_are_opened_in_one_place() -> None:
    """Everything that connects goes through `Line`: deadlines, abort, private addresses."""
    opening = {"socket.create_connection", "socket.socket", "ssl.wrap_socket", "ssl.create_default_context"}
    places = _where({name: sorted(opening & set(gate.called(tree))) for name, tree in CLIENT.items()})
    assert places == {}, "sockets are made by enphase_tray.gateway.line"
    contexts = {name for name, tree in CLIENT.items() if "ssl.SSLContext" in gate.called(tree)}
    assert contexts == {"gateway/pin.py", "gateway/checked.py"}


def test_nothing_runs_other_programs_or_received_bytes() -> None:
    for name, tree in TREES.items():
        modules = {module.partition(".")[0] for module in gate.imported(tree)} & gate.NOWHERE_MODULES
        calls = gate.NOWHERE_CALLS & set(gate.called(tree))
        assert (name, modules, calls, list(gate.shells(tree))) == (name, set(), set(), [])
        assert gate.of_subprocess(tree) <= {"subprocess.list2cmdline"}, "quoting is allowed, starting is not"


def test_only_get_goes_to_a_gateway() -> None:
    """One function makes the request to a gateway, one the request to Enphase, and a digest names its own."""
    found = {(name, *pair) for name, tree in CLIENT.items() for pair in gate.methods(tree)}
    gateway = {place for place in found if place[0].startswith("gateway/")}
    assert gateway == {
        ("gateway/exchange.py", "GET", "head"),
        ("gateway/digest.py", "GET", "answer_challenge"),
        ("gateway/checked.py", "POST", "post"),
    }
    sql = {place for place in found if place[0].startswith("history/")}
    assert found == gateway | sql, "in the history the word belongs to SQL"


def test_only_known_paths_are_asked() -> None:
    assert {path for path in PATHS if path not in {e.path for e in (*ENDPOINTS, *FALLBACKS)}} == {
        "/info", "/info.xml", CHECK_TOKEN,
    }  # fmt: skip
    queries = {path.partition("?")[2] for path in PATHS if "?" in path}
    assert queries == {"details=1", "deleted=1"}


# Who may take the text out of a secret: those who send it, keep it, read what it says, or take it out of texts.
REVEALED = {
    "model/identity.py": {"__eq__"},
    "gateway/auth.py": {"_header", "_choose", "_checked"},
    "gateway/cloud.py": {"_password"},
    "gateway/renewal.py": {"_mark"},
    "gateway/memory.py": {"known_token"},
    "gateway/token.py": {"inspect_token"},
    "gateway/login_check.py": {"_token_details"},
    "gateway/aliases.py": {"_learn_secret"},
    "gateway/leaks.py": {"__init__"},
    "gateway/redact.py": {"learn"},
    "settings/secrets.py": {"_store"},
}


def test_secrets_are_read_where_they_are_used_and_nowhere_else() -> None:
    """Not in the windows either: what was typed is handed down as a secret, and never comes up again."""
    found = {
        name: set(gate.revealing(tree))
        for name, tree in CLIENT.items()
        if not name.startswith("ui/") or "Secret" in gate.touched(tree)  # pages too are revealed
    }
    assert {name: functions for name, functions in found.items() if functions} == REVEALED


def test_the_account_never_comes_to_those_who_speak_to_gateways() -> None:
    """Only these know that there is an Enphase account; none of them has a connection to a gateway."""
    knowing = {
        name
        for name, tree in CLIENT.items()
        if name.startswith("gateway/") and {"cloud", "CloudAccount", "cloud_password"} & set(gate.touched(tree))
    }
    assert knowing == {"gateway/cloud.py", "gateway/renewal.py", "gateway/identify.py", "gateway/login_check.py"}
    speaking = {"Transport", "PinnedTls", "Exchange", "GatewayClient"}
    for name in ("gateway/cloud.py", "gateway/renewal.py"):
        assert speaking & set(gate.touched(TREES[name])) == set(), name
    handed_on = [
        ast.unparse(node)
        for node in ast.walk(TREES["gateway/identify.py"])
        if isinstance(node, ast.Attribute) and node.attr == "cloud"
    ]
    assert handed_on == ["connection.cloud"], "once, to where tokens come from"
    assert "Connection" not in set(gate.touched(TREES["gateway/auth.py"])), "log-ins get what they need, not the whole"


@pytest.mark.parametrize(
    ("finder", "source"),
    [
        ("unchecked", "import ssl\nc.verify_mode = ssl.CERT_NONE"),
        ("unchecked", "context.check_hostname = False"),
        ("unchecked", "session.verify = False"),
        ("unchecked", "send(verify=False)"),
        ("unchecked", "PoolManager(cert_reqs='CERT_NONE')"),
        ("unchecked", "session.trust_env = True"),
        ("unchecked", "import ssl\nssl._create_unverified_context()"),
        ("shells", "run('x', shell=True)"),
        ("methods", "def f(s):\n    s.request('PUT', '/x')"),
        ("methods", "def f(p):\n    return f'DELETE {p} HTTP/1.1'"),
        ("of_subprocess", "import subprocess\nsubprocess.run(['x'])"),
        ("of_subprocess", "import subprocess as other\nf = other.Popen"),
        ("of_subprocess", "from subprocess import check_output"),
        ("revealing", "def f(secret):\n    return secret.reveal()"),
        ("revealing", "def f(secret):\n    return secret._text"),
    ],
)
def test_the_gate_has_teeth(finder: str, source: str) -> None:
    assert list(getattr(gate, finder)(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from requests import get as fetch\nfetch('x')", "requests.get"),
        ("import os as system\nsystem.system('x')", "os.system"),
        ("eval('1')", "eval"),
        ("import requests\nrequests.Session()", "requests.Session"),
    ],
)
def test_other_names_do_not_hide_a_call(source: str, name: str) -> None:
    assert name in gate.NOWHERE_CALLS & set(gate.called(ast.parse(source)))
