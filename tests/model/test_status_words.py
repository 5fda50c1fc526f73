import pytest

from enphase_tray.model.status_words import WordSeverity, describe_words, faults, meaning


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), None),
        (("",), None),
        (("envoy.global.ok",), "All well"),
        (("prop.done", "envoy.global.ok"), "All well"),
        (
            ("envoy.cond_flags.pcu_ctrl.dc-pwr-low", "envoy.cond_flags.obs_strs.failure"),
            "Too little power from the panel, does not report to the gateway",
        ),
        (("envoy.global.ok", "envoy.cond_flags.nsrb_ctrl.relayopen"), "Relay open"),
        (("envoy.cond_flags.brand.NewThing",), "Unknown status NewThing"),
        (("envoy.cond_flags.undef-0x00020000",), "Unnamed condition 0x00020000"),
    ],
)
def test_all_words_are_described(words: tuple[str, ...], text: str | None) -> None:
    assert describe_words(words) == text


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("envoy.cond_flags.PCU_CHAN.acMonitorError", WordSeverity.FAULT),
        ("ENVOY.COND_FLAGS.pcu_chan.gridGone", WordSeverity.FAULT),
        ("envoy.cond_flags.pcu_ctrl.dc-pwr-low", WordSeverity.NIGHT),
        ("envoy.cond_flags.pcu_ctrl.overtemperature", WordSeverity.WARNING),
        ("envoy.cond_flags.acb_ctrl.cellmaxtempwarning", WordSeverity.WARNING),
        ("envoy.cond_flags.acb_ctrl.cellmaxtemperror", WordSeverity.FAULT),
        ("envoy.cond_flags.nsrb_ctrl.acvoltageoorline3", WordSeverity.FAULT),
        ("envoy.cond_flags.pcu_chan.undef-0x1", WordSeverity.INFORMATION),
        ("never.seen", WordSeverity.WARNING),
    ],
)
def test_words_are_matched_without_regard_to_case(word: str, severity: WordSeverity) -> None:
    known = meaning(word)
    assert known.severity is severity
    assert known.label
    assert known.advice.endswith(".")


def test_the_words_of_every_night_are_no_faults() -> None:
    words = (
        "envoy.cond_flags.obs_strs.failure",
        "envoy.cond_flags.pcu_chan.dcvoltagetoolow",
        "x.cond_flags.pcu_chan.gfitripped",
    )
    assert faults(words) == ("x.cond_flags.pcu_chan.gfitripped",)
