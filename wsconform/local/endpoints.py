"""Where the stages of a local stage are."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""The hosts that no other machine can reach."""
_NEAREST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (told apart, not listened on)


def near(host: str) -> str:
    """The host by which this machine reaches what listens on `host`: loopback, where that is every address there is."""
    return _NEAREST.get(host, host)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A stage of an API, both by their names in the template. `tls` and `plain` are `host:port`."""

    api: str
    stage: str
    tls: str
    plain: str

    @property
    def wss(self) -> str:
        """Where clients connect with TLS."""
        return f"wss://{self.tls}/{self.stage}"

    @property
    def ws(self) -> str:
        """Where clients connect without."""
        return f"ws://{self.plain}/{self.stage}"

    @property
    def management(self) -> str:
        """What an AWS SDK takes as the endpoint of `@connections`."""
        return f"https://{self.tls}/{self.stage}"

    @property
    def connections(self) -> str:
        """Where messages to connections are posted."""
        return f"{self.management}/@connections"

    @property
    def status(self) -> str:
        """The page for people."""
        return f"http://{self.plain}/"
