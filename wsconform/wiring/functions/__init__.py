"""The functions behind an API: their code, their runtime, and what they push."""
