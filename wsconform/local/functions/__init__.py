"""Lambda: functions in processes of their own, behind the Runtime API."""
