from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.history.packing import pack_counts, pack_watts, storable, unpack_counts, unpack_watts, watts_at


def _trimmed(values: list[float | None]) -> tuple[float | None, ...]:
    while values and values[-1] is None:
        values = values[:-1]
    return tuple(values)


@given(st.lists(st.none() | st.integers(-32767, 32767), max_size=70))
def test_whole_watts_come_back_as_they_were(values: list[int | None]) -> None:
    back = unpack_watts(pack_watts(values))
    assert _trimmed(list(back)) == _trimmed(list(values))
    places = range(len(values) + 3)
    assert watts_at(pack_watts(values), places) == [*values, None, None, None]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_any_float_can_be_packed_and_is_at_most_half_a_watt_off(values: list[float]) -> None:
    back = unpack_watts(pack_watts(values))
    for value, stored in zip(values, back, strict=False):
        assert stored is None or abs(stored - value) <= 0.5


@given(st.lists(st.none() | st.integers(0, 0xFFFFFFFE), max_size=70))
def test_counts_come_back_as_they_were(values: list[int | None]) -> None:
    assert unpack_counts(pack_counts(values)) == _trimmed(list(values))


def test_what_does_not_fit_is_unknown() -> None:
    assert unpack_watts(pack_watts([1e9, float("nan"), -40000, 7.4, 32767.4]))[:5] == (None, None, None, 7.0, None)
    assert unpack_counts(pack_counts([-1, 5e12, 3.6])) == (None, None, 4)


@given(st.lists(st.none() | st.integers(0, 380), max_size=70), st.integers(-300, 3000))
def test_rows_of_one_sun_are_short(values: list[int | None], base: int) -> None:
    close = [None if value is None else base + value % 255 for value in values]
    packed = pack_watts(close)
    assert _trimmed(list(unpack_watts(packed))) == _trimmed(list(close))
    assert len(packed) <= len(_trimmed(list(close))) + 3


def test_the_wide_form_is_two_bytes_an_inverter_and_silence_none() -> None:
    assert len(pack_watts([250] * 30)) == 33
    assert pack_watts([0, 255]) == b"\x00\x00\xff\x00"
    assert pack_watts([None] * 30) == b""


def test_lone_surrogates_become_storable() -> None:
    assert storable("Pan\udce9l") == "Pan?l"
