"""The hop of Flask and requests with Sentry, which a program switches on in its own code.

Without a DSN in SENTRY_DSN nothing is sent to anybody; the headers are the same.
"""

import sentry_sdk
from flask_hop import serve

sentry_sdk.init(traces_sample_rate=1.0)

if __name__ == "__main__":
    serve()
