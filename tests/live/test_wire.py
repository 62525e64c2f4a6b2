import ssl
from pathlib import Path

import pytest
import trustme

from wsconform.live.wire import Endpoint


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    return file


def test_all_connections_of_a_run_share_what_they_trust(authority: Path) -> None:
    endpoint = Endpoint(url="wss://localhost/v1", ca_file=authority)
    assert endpoint.context() is endpoint.context()


def test_a_certificate_is_trusted_by_those_only_who_name_it(authority: Path) -> None:
    named, plain = (Endpoint(url="wss://localhost/v1", ca_file=one).context() for one in (authority, None))
    own = ssl.create_default_context(cafile=str(authority)).get_ca_certs()
    assert all(one in named.get_ca_certs() for one in own)
    assert not any(one in plain.get_ca_certs() for one in own)
