"""Rules about routes of others beside the lanes: codes of `findings/codes/routing.py`."""
