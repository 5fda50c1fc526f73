"""The one door through which texts about a gateway leave the machine: hidden by `aliases`, looked over by `leaks`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from enphase_tray.gateway.aliases import SHORTEST_SERIAL, Aliases, tells_of_somebody
from enphase_tray.gateway.leaks import LeakScan
from enphase_tray.model.errors import Retry, SecretsError
from enphase_tray.model.identity import Secret
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Snapshot


@dataclass(frozen=True, slots=True)
class Private:
    """What is known to be private. `names` are pairs of a kind (`user`, `site`, `host`) and a name.

    `gateways` are serials of gateways, `serials` those of other devices.
    """

    secrets: tuple[Secret, ...] = ()
    gateways: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = field(default=())

    def numbered(self) -> tuple[str, ...]:
        """The serials that tell of a device."""
        return tuple(serial for serial in (*self.gateways, *self.serials) if len(serial) >= SHORTEST_SERIAL)

    def named(self) -> tuple[tuple[str, str], ...]:
        """The names that tell of somebody."""
        return tuple((kind, name) for kind, name in self.names if tells_of_somebody(name))


def serials_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The serials of every device of a reading but the gateway."""
    inverters = (inverter.serial for inverter in snapshot.inverters)
    relays = (relay.serial for relay in snapshot.relays)
    batteries = (battery.serial for battery in snapshot.batteries)
    return tuple(dict.fromkeys((*inverters, *relays, *batteries)))


def made_public(texts: Mapping[str, str], private: Private) -> dict[str, str]:
    """The texts by their names, with the same stand-in for the same thing in all of them.

    Raises `SecretsError` where something private would still be in one.
    """
    aliases = Aliases(private.secrets)
    for serial in private.gateways:
        aliases.learn_gateway(serial)
    for serial in private.serials:
        aliases.learn_serial(serial)
    for kind, name in private.named():
        aliases.learn_name(kind, name)
    for text in texts.values():
        aliases.learn(text)
    hidden = {name: aliases.hide(text) for name, text in texts.items()}
    scan = LeakScan(
        private.secrets,
        (*private.numbered(), *(name for _, name in private.named())),
        aliases.stand_ins,
    )
    for name, text in hidden.items():
        found = scan.look(text)
        if found:
            raise SecretsError(
                tr(
                    "Nothing was written, because {found} could not be taken out of {name}",
                    found=tr(" and ").join(found),
                    name=name,
                ),
                tr("Please report this with the gateway's firmware version; send nothing of the gateway's answers"),
                Retry.NEVER,
            )
    return hidden
