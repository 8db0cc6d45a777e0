# http3.py PORT | http3.py certificate
#
# An HTTP/3 client that sends what it is given, byte for byte, with aioquic. A
# line on standard input is a request, hexadecimal words: method, target, body,
# then names and values of headers. A line is the answer: status (0: none),
# body, names and values. With "certificate" it prints a key and a certificate
# for a server. CitrixGuard::Http3 runs it.

import asyncio
import datetime
import ssl
import sys

from aioquic.asyncio import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, StreamReset

TIMEOUT = 20


class Client(QuicConnectionProtocol):

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.http = H3Connection(self._quic)
        self.over = False
        self.answer = None
        self.done = None

    def quic_event_received(self, event):
        if isinstance(event, ConnectionTerminated):
            self.over = True
            self.finish()
        elif isinstance(event, StreamReset):
            self.finish()
        for received in self.http.handle_event(event):
            if isinstance(received, HeadersReceived):
                self.answer["headers"] += received.headers
            elif isinstance(received, DataReceived):
                self.answer["body"] += received.data
            else:
                continue
            if received.stream_ended:
                self.finish()

    def finish(self):
        if self.done and not self.done.done():
            self.done.set_result(None)

    async def ask(self, method, target, body, headers):
        self.answer = {"headers": [], "body": b""}
        self.done = asyncio.get_running_loop().create_future()
        stream = self._quic.get_next_available_stream_id()
        self.http.send_headers(stream, [
            (b":method", method), (b":scheme", b"https"),
            (b":authority", b"gateway.example.test"), (b":path", target),
            *headers], end_stream=not body)
        if body:
            self.http.send_data(stream, body, end_stream=True)
        self.transmit()
        await asyncio.wait_for(self.done, TIMEOUT)
        return self.answer


def words(line):
    return [b"" if word == "-" else bytes.fromhex(word)
            for word in line.split()]


def pairs(flat):
    return list(zip(flat[::2], flat[1::2]))


def line_of(answer):
    headers = dict(answer["headers"])
    flat = [headers.pop(b":status", b"0"), answer["body"]]
    for name, value in answer["headers"]:
        if name != b":status":
            flat += [name, value]
    return " ".join(word.hex() or "-" for word in flat)


async def serve(port):
    configuration = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN,
                                      verify_mode=ssl.CERT_NONE)
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.readline)

    # a new connection whenever the last one was ended
    while line:
        async with connect("127.0.0.1", port, configuration=configuration,
                           create_protocol=Client) as client:
            while line and not client.over:
                method, target, body, *headers = words(line)
                answer = await client.ask(method, target, body,
                                          pairs(headers))
                print(line_of(answer), flush=True)
                line = await loop.run_in_executor(None, sys.stdin.readline)


def certificate():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME,
                                         "gateway.example.test")])
    now = datetime.datetime.now()
    signed = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
              .public_key(key.public_key())
              .serial_number(x509.random_serial_number())
              .not_valid_before(now - datetime.timedelta(days=2))
              .not_valid_after(now + datetime.timedelta(days=2))
              .sign(key, hashes.SHA256()))
    print(key.private_bytes(serialization.Encoding.PEM,
                            serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()).decode()
          + signed.public_bytes(serialization.Encoding.PEM).decode())


if sys.argv[1] == "certificate":
    certificate()
else:
    asyncio.run(serve(int(sys.argv[1])))
