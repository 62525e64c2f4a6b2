import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# No deadlines: how fast the machine is says nothing of the code. `large` is for runs by hand: HYPOTHESIS_PROFILE=large.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "large",
    deadline=None,
    max_examples=20_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
