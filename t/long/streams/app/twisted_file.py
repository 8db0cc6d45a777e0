# twisted_file.py PORT FOLDER: files by Twisted's HTTP, a path as it came.

import os
import sys
from urllib.parse import unquote_to_bytes

from twisted.internet import reactor
from twisted.web import http


class Files(http.Request):
    def process(self):
        path = unquote_to_bytes(self.uri.split(b'?')[0])
        name = sys.argv[2].encode() + b'/' + path
        try:
            with open(name, 'rb') as file:
                self.write(file.read())
        except (OSError, ValueError):
            self.setResponseCode(404)
        self.finish()


class Channel(http.HTTPChannel):
    requestFactory = Files


class Factory(http.HTTPFactory):
    protocol = Channel


reactor.listenTCP(int(sys.argv[1]), Factory(), interface='127.0.0.1')
reactor.run()
