"""Rules about how requests enter lanes: codes of `findings/codes/entry.py` and `gateway.py`."""
