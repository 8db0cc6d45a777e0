"""Tornado's StaticFileHandler."""

import asyncio
import sys
import tornado.web

port, root = int(sys.argv[1]), sys.argv[2]


async def main():
    tornado.web.Application(
        [(r"/(.*)", tornado.web.StaticFileHandler,
          {"path": root, "default_filename": "index.html"})],
        log_function=lambda handler: None,
    ).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
