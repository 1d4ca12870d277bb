"""Rules about groups and lanes by themselves: codes of `findings/codes/lanes.py`."""
