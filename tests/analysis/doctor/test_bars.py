"""A short, fixed part of the table of weak panels; `python -m tests.bars` measures all of it."""

import pytest

from tests.bars.weak_panels import bars, tally


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_bars_of_the_doctor_hold_on_a_few_arrays() -> None:
    found = tally(range(60_000, 60_002))
    rows = {bar.name: bar for bar in bars(found)}
    assert not found.false
    assert all(bar.holds for bar in rows.values()), "\n".join(f"{bar.name}: {bar.measured}" for bar in rows.values())
