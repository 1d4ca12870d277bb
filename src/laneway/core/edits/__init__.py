"""A wish about lanes and the files they are written in → the bytes of these files with it.

Comes in: a Mesh, the bytes of its files, and what somebody wants (weights, a lane more, a lane
less). Goes out: what each file is to hold, or findings. Every byte that does not say what is wished
for stays as it was; where that cannot be, nothing is written and a finding says what to write.
"""
