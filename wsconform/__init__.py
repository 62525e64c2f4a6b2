"""Checks the wiring of WebSocket APIs in SAM and CloudFormation templates.

Kept light: pytest imports this package in every run once it is installed.
"""

__all__ = ["WiringWarning", "__version__"]

__version__ = "0.1.0"


class WiringWarning(UserWarning):
    """What the pytest plugin warns with, at the template's line: a finding of severity `warning`.

    Python's and pytest's filters work on it, such as `-W error::wsconform.WiringWarning`.
    """
