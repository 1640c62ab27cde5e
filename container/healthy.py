"""Asks whether this container is ready: exit code 0, or 1 with the reason."""

import os
import socket
import sys
import urllib.error
import urllib.request

SECONDS = 5.0
SIGNER = "/run/kitrader-signer/signer.sock"


def why_not_ready() -> str:
    """Ask the operator's door at OPERATIONS_PORT; gives '' or the reason."""
    address = f"http://127.0.0.1:{os.environ.get('OPERATIONS_PORT') or 8081}/health/ready"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return error.read(2_000).decode("utf-8", "replace")
    except OSError as error:
        return str(error)


def why_no_signer() -> str:
    """Knock at the signer's socket; gives '' or the reason."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(SECONDS)
        try:
            line.connect(SIGNER)
        except OSError as error:
            return str(error)
    return ""


if __name__ == "__main__":
    sys.exit((why_no_signer() if "signer" in sys.argv[1:] else why_not_ready()) or 0)
