"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# The same examples every time, and no clock: a busy machine must not make a test fail. `make fuzz`
# looks for new ones, many more of them.
settings.register_profile(
    "default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")
