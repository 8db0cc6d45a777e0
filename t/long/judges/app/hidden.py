"""Applications that decode with what Python offers, until nothing changes.

The third argument says how:

  ascii    unquote with surrogateescape, NFKC, then encode("ascii", "ignore")
  7bit     the bytes of the escapes, each & 0x7f
  escapes  the bytes of the escapes, then a "%" that is none is dropped,
           together with a digit behind it, and what is no UTF-8
"""

import re
import sys
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, unquote_to_bytes

port, root, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def read_ascii(text):
    text = unquote(text, errors="surrogateescape")
    text = unicodedata.normalize("NFKC", text)
    return text.encode("ascii", "ignore").decode("ascii")


def read_7bit(text):
    return bytes(b & 0x7f for b in unquote_to_bytes(text)).decode("ascii")


def read_escapes(text):
    text = unquote_to_bytes(text).decode("utf-8", "ignore")
    return re.sub("%(?![0-9A-Fa-f]{2})[0-9A-Fa-f]?", "", text)


reading = {"ascii": read_ascii, "7bit": read_7bit,
           "escapes": read_escapes}[name]


def file_of(target):
    # what http.server gives is a character for each byte
    text = target.split("?")[0].encode("latin-1")
    text = text.decode("utf-8", "surrogateescape")
    text = re.sub("[\udc80-\udcff]", lambda c: f"%{ord(c[0]) & 255:02x}", text)
    before = None
    while text != before:
        before, text = text, reading(text)
    return text.replace("\\", "/")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        try:
            with open(root + "/" + file_of(self.path), "rb") as file:
                status, body = 200, file.read()
        except (OSError, ValueError):
            status, body = 404, b"nothing here\n"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
