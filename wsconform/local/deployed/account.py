"""The account, ids and credentials of a deployment: made up, in the form that AWS gives them.

Sources: AWS CloudFormation User Guide, "Name type" (`<stack>-<logical id>-<suffix>`); IAM user guide, "IAM identifiers"
(an access key of temporary credentials begins with `ASIA`); API Gateway developer guide, "Amazon Resource Name (ARN)
format reference".
"""

from __future__ import annotations

import hashlib
import secrets
import string

from wsconform.local.deployed.model import Account, Credentials

_SMALL = string.digits + string.ascii_lowercase
_CAPITAL = string.digits + string.ascii_uppercase
_LONGEST_NAME = 64
_SUFFIX = 12


def local_account(*, region: str | None = None, stack_name: str = "local", account_id: str = "123456789012") -> Account:
    """The account that templates are deployed to unless another is given; the partition is that of the region."""
    is_chosen, region = region is not None, region or "us-east-1"
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
    return Account(id=account_id, region=region, partition=partition, stack_name=stack_name, is_chosen=is_chosen)


_PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
"""Domains by partition, as AWS's SDKs have them in their list of partitions."""


def url_suffix(account: Account) -> str:
    """`AWS::URLSuffix`."""
    return _SUFFIXES.get(account.partition, "amazonaws.com")


def made_id(account: Account, resource_id: str, length: int, signs: str = _SMALL) -> str:
    """An id of a resource: the same in every deployment of a stack of that name, so that a redeploy changes none."""
    digest = hashlib.sha256(f"{account.stack_name}\n{account.id}\n{resource_id}".encode()).digest()
    number = int.from_bytes(digest)
    made = []
    for _ in range(length):
        number, at = divmod(number, len(signs))
        made.append(signs[at])
    return "".join(made)


def physical_name(account: Account, resource_id: str) -> str:
    """The name that CloudFormation gives to what the template leaves without one."""
    logical_id = resource_id.replace("/", "-")
    suffix = made_id(account, resource_id, _SUFFIX, _CAPITAL)
    room = _LONGEST_NAME - len(suffix) - 2
    kept = logical_id[: max(8, room - len(account.stack_name))]
    return f"{account.stack_name[: room - len(kept)]}-{kept}-{suffix}"


def new_credentials(arn: str) -> Credentials:
    """Temporary credentials for `arn` that nobody can guess."""
    key = "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))
    return Credentials(
        access_key_id=f"ASIA{key}",
        secret_access_key=secrets.token_urlsafe(30),
        session_token=secrets.token_urlsafe(96),
        arn=arn,
    )
