"""Answers that Hypothesis makes up: any JSON at all, and documents that are nearly those of a gateway."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_tray.gateway.decode import decode_json
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.info import parse_info
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.result_json import snapshot_to_json
from tests.gateway.captured import NOON, Answers, info, snapshot
from tests.gateway.mutations import check
from tests.gateway.test_mutations import FULL, STANDARD
from tests.history.numbers import times

SLOW_IS_FINE = settings(deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(SLOW_IS_FINE, max_examples=times(60, 5000))
SOME = settings(SLOW_IS_FINE, max_examples=times(12, 400))
"""For each of the endpoints, which are two dozen."""

TEXT = st.text(max_size=20) | st.sampled_from(["open", "closed", "12", "true", "NaN", "\ud800", "<b>", "9" * 400])
NUMBER = (
    st.integers() | st.floats() | st.sampled_from([0, -1, 2**31, 2**63, 10**400, NOON, NOON * 1000, 4294967292, 1e308])
)
LEAF = st.none() | st.booleans() | NUMBER | TEXT
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
STRICT_LEAF = (
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(st.characters(exclude_categories=["Cs"]))
)
STRICT_JSON = st.recursive(
    STRICT_LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = {**STANDARD, **FULL}


def like(document: Any) -> st.SearchStrategy[Any]:
    """Values of this one's shape, in which anything may be missing, doubled or something else."""
    if isinstance(document, dict):
        whole = st.fixed_dictionaries({}, optional={key: like(inner) for key, inner in document.items()})
    elif isinstance(document, list) and document:
        whole = st.lists(st.one_of([like(inner) for inner in document[:3]]), max_size=4)
    else:
        whole = st.just(document) | LEAF
    return whole | whole | whole | JSON


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


@given(STRICT_JSON)
@MANY
def test_what_is_right_is_decoded_as_it_is(value: Any) -> None:
    assert decode_json(as_bytes(value)) == value


@given(JSON)
@MANY
def test_any_json_is_decoded_or_refused(value: Any) -> None:
    try:
        decode_json(as_bytes(value))
    except NotUnderstood:
        return


@pytest.mark.timeout(600)
@pytest.mark.parametrize("endpoint", [*ENDPOINTS, *FALLBACKS], ids=lambda endpoint: endpoint.path)
def test_every_parser_reads_or_refuses(endpoint: Endpoint) -> None:
    shaped = like(DOCUMENTS[endpoint.path]) if endpoint.path in DOCUMENTS else JSON

    @given(shaped.map(as_bytes) | TEXT.map(as_bytes) | st.binary(max_size=200))
    @SOME
    def reads_or_refuses(body: bytes) -> None:
        try:
            endpoint.parse(body)
        except NotUnderstood:
            return

    reads_or_refuses()


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@MANY
def test_info_is_read_or_refused(body: bytes) -> None:
    try:
        parse_info(b"<envoy_info><device>" + body + b"</device></envoy_info>")
    except NotUnderstood:
        return


@pytest.mark.timeout(600)
@given(st.fixed_dictionaries({}, optional={path: like(document) for path, document in DOCUMENTS.items()}))
@MANY
def test_whatever_it_answers_a_result_stays_a_result(documents: dict[str, Any]) -> None:
    answers = {path: as_bytes(document) for path, document in documents.items()}
    check(snapshot_to_json(snapshot(Answers(answers), info())))
