"""The private PostGIS: a PostgreSQL cluster of this clone alone, for where DATABASE_URL is not set.

It lives in `.data/postgres`, is made and run by the distribution's own programs, and listens on a
unix socket only. Two roles sign in, each by the operating system's word for who is asking (peer):
`gridwalk_owner` owns the schema and migrates it; `gridwalk_web` owns nothing, does not bypass
row-level security, and may read and write rows.

Standard library only, as are the postgres_*.py beside it: manage.py asks for the cluster before
Django is there. From a shell: `python -m config.private_postgres start|stop|status|psql`.
"""

import os
import signal
import sys
from pathlib import Path

from config.postgres_cluster import Cluster, Urls
from config.postgres_errors import PrivatePostgresError

__all__ = ["Cluster", "PrivatePostgresError", "Urls", "act", "ensure_running", "export_urls"]


def default_cluster() -> Cluster:
    """This clone's cluster, under GRIDWALK_DATA_DIR where that is set."""
    clone = Path(__file__).resolve().parent.parent
    return Cluster(Path(os.environ.get("GRIDWALK_DATA_DIR", clone / ".data")).absolute())


def ensure_running(cluster: Cluster | None = None) -> Urls:
    """Start the cluster when it is not running (a millisecond when it is); its addresses."""
    cluster = cluster or default_cluster()
    cluster.start()
    server = cluster.running()
    if server is None:
        raise PrivatePostgresError("The private PostgreSQL stopped right after its start.")
    return cluster.urls(server)


def export_urls() -> None:
    """Put the private cluster's addresses into the environment, where the settings look."""
    urls = ensure_running()
    os.environ["DATABASE_URL"] = urls.owner
    os.environ["DATABASE_WEB_URL"] = urls.web


def act(action: str, arguments: list[str]) -> int:
    """Do one of start, stop, status, psql; the exit status (3: not running)."""
    cluster = default_cluster()
    if action == "psql":
        cluster.psql(arguments)
    elif action == "start":
        print("started" if cluster.start() else "was running")
    elif action == "stop":
        print("stopped" if cluster.stop() else "was not running")
    else:
        print(cluster.status())
        return 0 if cluster.running() else 3
    return 0


def main() -> int:
    actions = ("start", "stop", "status", "psql")
    if len(sys.argv) < 2 or sys.argv[1] not in actions:
        print(f"usage: python -m config.private_postgres {'|'.join(actions)}", file=sys.stderr)
        return 2
    # `status | head -1` is no error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        return act(sys.argv[1], sys.argv[2:])
    except PrivatePostgresError as error:
        print(f"gridwalk: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
