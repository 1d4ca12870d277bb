"""Rules about services and their ports: codes of `findings/codes/services.py`."""
