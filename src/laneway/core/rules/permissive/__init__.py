"""Rules about contexts, baselines and fallback: codes of `findings/codes/permissive.py`."""
