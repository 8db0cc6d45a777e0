"""An application behind waitress: WSGI hands on a path that was decoded once.

It decodes once more, drops what is no UTF-8, folds compatible characters,
takes the marks off, as makers of file names do, and lets the file system
resolve the rest.
"""

import sys
import unicodedata
from urllib.parse import unquote_to_bytes
from waitress import serve

port, root = int(sys.argv[1]), sys.argv[2]


def application(environ, start_response):
    path = unquote_to_bytes(environ["PATH_INFO"].encode("latin-1"))
    text = unicodedata.normalize("NFKD", path.decode("utf-8", "ignore"))
    name = "".join(c for c in text if c.isprintable()
                   and unicodedata.category(c)[0] != "M").replace("\\", "/")
    try:
        with open(root + "/" + name, "rb") as file:
            body, status = file.read(), "200 OK"
    except (OSError, ValueError):
        body, status = b"nothing here\n", "404 Not Found"
    start_response(status, [("Content-Type", "text/plain"),
                            ("Content-Length", str(len(body)))])
    return [body]


serve(application, listen=f"127.0.0.1:{port}", threads=4, _quiet=True)
