"""What the log does not say: which household, plan or visit an address was about."""

import logging
import re

_UUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


class WithoutIds(logging.Filter):
    """Puts <id> for every UUID in a line that tells of an address under /care/ or its API.

    The line is whole by then, its arguments in it. A traceback beside it stays as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/care/" in said:
            record.msg, record.args = _UUID.sub("<id>", said), ()
        return True


class ManyThreads(logging.Filter):
    """Leaves out the server's advice against many threads: most of ours sleep (admission.py)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "Configuration allows spawning" not in record.getMessage()
