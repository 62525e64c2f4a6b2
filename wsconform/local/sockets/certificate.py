"""A certificate authority and a certificate for one run."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from wsconform.local.endpoints import LOOPBACK


class Certificates:
    """Made anew for each run; the private keys are nowhere but in memory and, for a moment, in `folder`.

    The certificate is for the names of this machine and for `host`. `folder` is private to the user. It holds the
    authority's certificate as `ca.pem` until `remove` is called.
    """

    def __init__(self, host: str = LOOPBACK[0]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wsconform-")  # mode 0700
        self.folder = Path(self._folder.name)
        self.ca_file = self.folder / "ca.pem"
        try:
            self._make(host)
        except BaseException:
            self.remove()
            raise

    def _make(self, host: str) -> None:
        import trustme

        # ECDSA: a handshake costs a fraction of what RSA does.
        authority = trustme.CA(organization_name="wsconform local stage", key_type=trustme.KeyType.ECDSA)
        self._leaf = authority.issue_cert(*dict.fromkeys((*LOOPBACK, host)), key_type=trustme.KeyType.ECDSA)
        authority.cert_pem.write_to_path(str(self.ca_file))

    def server_context(self) -> ssl.SSLContext:
        """What a listener serves with: TLS 1.2 and up, as API Gateway."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self._leaf.configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """What a client trusts this run with."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def remove(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()
