import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# The day on which retired runtimes are judged, for the tests and the processes that they start: 2026-11-22.
os.environ["SOURCE_DATE_EPOCH"] = "1795305600"
# Nor does it matter in which region whoever runs them works.
for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
    os.environ.pop(name, None)

# No deadlines: how fast the machine is says nothing of the code. `large` is for runs by hand: HYPOTHESIS_PROFILE=large.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "large",
    deadline=None,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto` two for each processor: half of the time that tests take, they wait for processes and sockets."""
    return 2 * (os.cpu_count() or 1)
