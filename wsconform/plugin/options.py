"""The options that may be repeated, on the command line and as ini values."""

LISTS = {
    "select": ("NAME", "run only the checks that this name or glob fits"),
    "ignore": ("NAME=REASON", "suppress what the checks of this name or glob find, for the reason given"),
    "severity": ("NAME=LEVEL", "count what the checks of this name or glob find as error, warning or note"),
    "parameter": ("NAME=VALUE", "read templates with this value of a parameter"),
    "checks": ("DIR", "run the checks in this folder too"),
}
"""Options that may be repeated: what each takes, and what it does."""
