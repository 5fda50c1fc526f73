from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.history.packing import pack_counts, pack_watts, storable, unpack_counts, unpack_watts


def _trimmed(values: list[float | None]) -> tuple[float | None, ...]:
    while values and values[-1] is None:
        values = values[:-1]
    return tuple(values)


@given(st.lists(st.none() | st.integers(-32767, 32767), max_size=70))
def test_whole_watts_come_back_as_they_were(values: list[int | None]) -> None:
    assert unpack_watts(pack_watts(values)) == _trimmed(list(values))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_any_float_can_be_packed_and_is_at_most_half_a_watt_off(values: list[float]) -> None:
    back = unpack_watts(pack_watts(values))
    for value, stored in zip(values, back, strict=False):
        assert stored is None or abs(stored - value) <= 0.5


@given(st.lists(st.none() | st.integers(0, 0xFFFFFFFE), max_size=70))
def test_counts_come_back_as_they_were(values: list[int | None]) -> None:
    assert unpack_counts(pack_counts(values)) == _trimmed(list(values))


def test_what_does_not_fit_is_unknown() -> None:
    assert unpack_watts(pack_watts([1e9, float("nan"), -40000, 7.4, 32767.4])) == (None, None, None, 7.0)
    assert unpack_counts(pack_counts([-1, 5e12, 3.6])) == (None, None, 4)


def test_two_bytes_an_inverter_and_none_for_silence() -> None:
    assert len(pack_watts([250] * 30)) == 60
    assert pack_watts([None] * 30) == b""


def test_a_torn_row_gives_its_whole_numbers() -> None:
    assert unpack_watts(pack_watts([1, 2, 3])[:-1]) == (1.0, 2.0)


def test_lone_surrogates_become_storable() -> None:
    assert storable("Pan\udce9l") == "Pan?l"
