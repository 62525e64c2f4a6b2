"""Lambda on this machine: the functions' own processes behind the Runtime API."""

from wsconform.local.functions.functions import Functions

__all__ = ["Functions"]
