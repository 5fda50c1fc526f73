"""Every word that gateways are known to say has a label, a severity and a sentence of advice."""

import pytest

from enphase_tray.model.status_words import meaning

KNOWN = {
    "obs_strs": "ok failure discovering verifing notmonitored sleeping flasherror plmerror secmodeenterfailure "
    "secmodeexitfailure",
    "pcu_ctrl": "dc-pwr-low sleep-mode badflashimage pwrgenoffbycmd alertactive lertactive altpwrgenmode altvfsettings "
    "tpmtest bricked commandedreset poweronreset unexpectedreset watchdogreset overtemperature criticaltemperature "
    "iuplinkproblem manutestmode nsync runningonac",
    "pcu_chan": "dcvoltagetoolow dcvoltagetoohigh dcresistancelow dcresistancelowpoweroff gfitripped gridgone "
    "gridinstability gridoffsethi gridoffsetlow vreferror acvoltagehigh acvoltagelow acvoltageoor acvoltage_avg_hi "
    "acvoltageoosp1 acvoltageoosp2 acvoltageoosp3 acfrequencyhigh acfrequencylow acfrequencyoor dfdt agfpowerlimiting "
    "acMonitorError hardwareError hardwareWarning highskiprate skippedcycles invalidinterval pwrgenoffbycmd",
    "nsrb_ctrl": "relayopen relayforced buttonpress acfreqhigh acfreqlow acfrequencyoor rocof dcgriderror dcgridhigh "
    "dcgridlow "
    + " ".join(f"acvoltage{what}line{line}" for what in ("high", "low", "avg", "oor") for line in (1, 2, 3)),
    "acb_ctrl": "bmudatabounds bmuhardwareerror bmuimageerror bmusenseerror bmumaxcurrentwarning cibcanerror "
    "cibimageerror cibspierror "
    + " ".join(
        f"cell{what}{how}"
        for what in ("maxtemp", "mintemp", "maxvoltage", "minvoltage")
        for how in ("error", "warning")
    ),
    "rgm_chan": "check_meter power_quality",
}
WORDS = [f"envoy.cond_flags.{group}.{name}" for group, names in KNOWN.items() for name in names.split()]


@pytest.mark.parametrize("word", [*WORDS, "envoy.global.ok", "prop.done", "prop.not.done"])
def test_a_known_word_is_explained(word: str) -> None:
    known = meaning(word)
    assert not known.label.startswith("unknown")
    assert known.advice.endswith(".")
    assert known.severity
