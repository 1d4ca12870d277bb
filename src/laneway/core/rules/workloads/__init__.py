"""Rules about pods and their place in lanes: codes of `findings/codes/workloads.py`."""
