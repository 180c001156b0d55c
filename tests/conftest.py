"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["tests.browser"]

# The same examples in every run; a slow machine is not a failure.
settings.register_profile("afstem", derandomize=True, deadline=None)
settings.load_profile("afstem")
