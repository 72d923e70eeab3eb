"""A name server for tests, over UDP and TCP on this machine: answers from a table, fails as it is told."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from dns import flags, message, name, rcode, rdataclass, rdatatype, rrset

LARGEST = 65535  # bytes of a message


class NameServer:
    """`put("example.com", "TXT", '"v=spf1 …"')`; names that nobody put do not exist.

    `fail("example.com", rcode.SERVFAIL)` fails a name whatever is asked of it, `silence()` everything.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[name.Name, str], list[str]] = {}
        self.failing: dict[name.Name, rcode.Rcode] = {}
        self.asked: list[tuple[str, str]] = []
        self.is_silent = False
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.port = int(self.udp.getsockname()[1])
        self.tcp = socket.create_server(("127.0.0.1", self.port))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, hostname: str, type_: str, *values: str) -> None:
        self.records[name.from_text(hostname), type_] = list(values)

    def remove(self, hostname: str, type_: str) -> None:
        del self.records[name.from_text(hostname), type_]

    def fail(self, hostname: str, code: rcode.Rcode) -> None:
        self.failing[name.from_text(hostname)] = code

    def silence(self) -> None:
        self.is_silent = True

    def serve(self) -> None:
        Thread(target=self._over_udp, daemon=True).start()
        Thread(target=self._over_tcp, daemon=True).start()

    def close(self) -> None:
        for each in (self.udp, self.tcp):
            # Whoever waits in it is let go; closing alone would leave the thread there.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def answer(self, query: message.Message) -> message.Message:
        question = query.question[0]
        type_ = rdatatype.to_text(question.rdtype)
        self.asked.append((question.name.to_text(omit_final_dot=True), type_))
        reply = message.make_response(query, recursion_available=True)
        reply.flags |= flags.RA
        if question.name in self.failing:
            reply.set_rcode(self.failing[question.name])
        elif values := self.records.get((question.name, type_)):
            reply.answer = [rrset.from_text_list(question.name, 60, rdataclass.IN, type_, values)]
        elif not any(known == question.name for known, _ in self.records):
            reply.set_rcode(rcode.NXDOMAIN)
        return reply

    def _over_udp(self) -> None:
        while True:
            try:
                wire, sender = self.udp.recvfrom(4096)
            except OSError:
                return
            if not wire:
                return
            if self.is_silent:
                continue
            query = message.from_wire(wire)
            self.udp.sendto(self._fitting(query), sender)

    def _fitting(self, query: message.Message) -> bytes:
        """What does not fit into a datagram is asked for again over TCP."""
        wire = self.answer(query).to_wire(max_size=LARGEST)
        if len(wire) <= max(query.payload, 512):
            return wire
        cut = message.make_response(query)
        cut.flags |= flags.TC
        return cut.to_wire()

    def _over_tcp(self) -> None:
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            with connection:
                if self.is_silent:
                    continue
                (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                query = message.from_wire(connection.recv(length, socket.MSG_WAITALL))
                wire = self.answer(query).to_wire(max_size=LARGEST)
                connection.sendall(struct.pack("!H", len(wire)) + wire)


@contextmanager
def serving() -> Iterator[NameServer]:
    server = NameServer()
    server.serve()
    try:
        yield server
    finally:
        server.close()
