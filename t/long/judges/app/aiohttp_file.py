"""aiohttp's add_static."""

import sys
from aiohttp import web

port, root = int(sys.argv[1]), sys.argv[2]

app = web.Application()
app.router.add_static("/", root, follow_symlinks=True)
web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)
