"""What gunicorn writes of each request: never its query string, which may hold what is nobody's business."""

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger


class AccessLog(Logger):
    """Atom `r` is method, path and protocol. The path is as it was sent, so that an escaped line feed stays escaped."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        path = environ["RAW_URI"].split("?", 1)[0]
        without_query = {**environ, "RAW_URI": path, "QUERY_STRING": "", "HTTP_REFERER": "-"}
        return super().atoms(resp, req, without_query, request_time)
