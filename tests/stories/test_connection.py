"""Stories of the connection: log-ins, certificates, addresses and firmware, as a gateway lives through them."""

from dataclasses import replace
from datetime import timedelta

from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.connection import GatewayVersion
from enphase_tray.model.identity import Secret
from enphase_tray.model.readings import Login
from enphase_tray.monitor.service import Draft
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.status.status import IconState, describe
from enphase_tray.status.words import Wording
from tests.stories.conftest import Homes
from tests.stories.home import Home, rules_of

OLD = HouseConfig(firmware="5.0.62", meters=Meters.NONE)


def icon(one: Home) -> IconState:
    return describe(one.last, one.clock.now(), Wording()).icon


def test_the_certificate_is_replaced(home: Homes) -> None:
    one = home()
    one.live(20)
    one.fault(FaultKind.CERTIFICATE_REPLACED)
    one.fault(FaultKind.UNREACHABLE, minutes=2)
    one.live(2)
    one.gateway.forget()
    told = one.live(20)
    assert rules_of(told) == [("raised", "certificate_changed")]
    assert one.gateway.requests == (), "nothing is sent to a certificate that is not the pinned one"
    assert icon(one) is IconState.CERTIFICATE
    question = one.last.certificate
    assert question is not None
    assert not question.expected_renewal
    one.service.trust(question)
    assert rules_of(one.live(10)) == [("cleared", "certificate_changed")]
    assert one.last.failure is None


def test_firmware_5_becomes_7(home: Homes) -> None:
    one = home(house=OLD)
    one.live(20)
    assert one.last.snapshot.login is Login.DIGEST
    one.fault(FaultKind.FIRMWARE_UPGRADE, target="7.6.175")
    one.live(10)
    assert one.last.failure is not None, "a token is missing now"
    assert one.last.failure.kind == "token_missing"
    one.service.apply(Draft(one.settings, token=Secret(one.gateway.token())))
    told = one.live(10)
    assert one.last.failure is None
    assert one.last.snapshot.login is Login.TOKEN
    assert ("raised", "firmware_changed") in rules_of(told)
    password = one.gateway.password.encode()
    assert password not in one.gateway.received, "a digest password never travels as such"


def test_a_wrong_password_is_said_once_and_open_figures_go_on(home: Homes) -> None:
    one = home(house=OLD)
    one.live(10)
    one.service.apply(Draft(one.settings, password=Secret("not-the-password")))
    one.gateway.forget()
    assert rules_of(one.live(20)) == [("raised", "login_refused")]
    snapshot = one.last.snapshot
    assert one.last.failure is None
    assert snapshot.production.watts_now is not None
    refused = [problem for problem in snapshot.problems if problem.login_refused]
    assert [problem.path for problem in refused] == ["/api/v1/production/inverters"]
    challenged = [record for record in one.gateway.requests if record.had_authorization and record.status == 401]
    assert len(challenged) <= 2, "a refused password is not tried again and again"


def test_a_pasted_token_expires_and_a_new_one_goes_on(home: Homes) -> None:
    one = home()
    short = one.gateway.token(expires_in=timedelta(hours=1).total_seconds())
    one.service.apply(Draft(one.settings, token=Secret(short)))
    told = one.live(30)
    assert ("raised", "token_expiring") in rules_of(told)
    one.live(45)
    assert one.last.failure is not None
    assert one.last.failure.kind == "token_expired"
    assert icon(one) is IconState.NOT_CONNECTED
    polls = len(one.results)
    one.live(60)
    assert len(one.results) == polls, "what only the user can mend is not tried again"
    one.service.apply(Draft(one.settings, token=Secret(one.gateway.token())))
    one.live(5)
    assert one.last.failure is None


def test_the_address_changes_and_the_gateway_is_found_again_by_itself(home: Homes) -> None:
    one = home()
    one.live(10)
    one.move()
    assert not one.live(10)
    assert one.last.failure is None
    assert len(one.gateway.requests) > 2


def test_another_gateway_at_the_old_address_gets_nothing(home: Homes) -> None:
    one = home()
    one.live(10)
    other = home(house=HouseConfig(seed=77))
    one.gateway.stop()
    one.announced = (f"127.0.0.1:{other.gateway.port}",)
    other.gateway.forget()
    one.live(10)
    assert one.last.failure is not None
    assert other.gateway.received == b""


def test_a_token_is_renewed_before_it_ends_where_the_account_is_kept(home: Homes) -> None:
    one = home()
    one.live(5)
    user = CloudUser("me@example.org", "cloud-secret-1")
    with SimulatedCloud(one.gateway.mint, one.clock, (user,), secure=False) as cloud:
        one.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        kept = replace(
            one.settings,
            gateway=replace(
                one.settings.gateway, auto_jwt=True, cloud_username="me@example.org", keep_cloud_password=True
            ),
        )
        one.settings = kept
        one.restart_program()
        one.service.apply(
            Draft(
                kept,
                token=Secret(one.gateway.token(expires_in=20 * 86_400.0)),
                cloud_password=Secret("cloud-secret-1"),
            )
        )
        told = one.live(10)
    assert one.last.failure is None
    assert one.last.token is not None
    assert one.last.token.expires_at is not None
    assert one.last.token.expires_at - one.clock.now() > timedelta(days=300)
    assert rules_of(told) == []
    assert b"cloud-secret-1" not in one.gateway.received


def test_a_gateway_of_another_family_than_chosen_is_named(home: Homes) -> None:
    one = home(house=OLD)
    chosen = replace(one.settings, gateway=replace(one.settings.gateway, version=GatewayVersion.FROM_7))
    one.service.apply(Draft(chosen))
    one.live(2)
    assert one.last.failure is not None
