"""Python's http.server, with kept connections and without a log."""

import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

port, root = int(sys.argv[1]), sys.argv[2]


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    # its own 5 makes clients wait for seconds
    request_queue_size = 128


Server(("127.0.0.1", port),
       functools.partial(Handler, directory=root)).serve_forever()
