"""A client on Twisted. Usage: twisted_client.py PORT WHAT; prints what it saw: bytes received and the reason.

echo       sends a megabyte, half-closes, and gets all of it back
abort      aborts the connection once it is greeted
close      closes it once it is greeted
greeted    waits to be hung up on
speak      says something, and waits to be hung up on
"""

import sys

from pattern import pattern
from twisted.internet import protocol, reactor
from twisted.internet.interfaces import IHalfCloseableProtocol
from zope.interface import implementer

SIZE = 1_000_000


class Guest(protocol.Protocol):
    def __init__(self, what):
        self.what = what
        self.received = []

    def connectionMade(self):
        if self.what == "echo":
            text = pattern(SIZE)
            for at in range(0, SIZE, 50_000):
                self.transport.write(text[at:at + 50_000])
            self.transport.loseWriteConnection()

        if self.what == "speak":
            self.transport.write(b"hi")

    def dataReceived(self, data):
        self.received.append(data)
        if self.what == "abort":
            self.transport.abortConnection()
        if self.what == "close":
            self.transport.loseConnection()

    def connectionLost(self, reason):
        got = b"".join(self.received)
        print("whole" if got == pattern(SIZE) else got[:100].decode("latin-1"), reason.type.__name__)
        if reactor.running:
            reactor.stop()


@implementer(IHalfCloseableProtocol)
class HalfCloseableGuest(Guest):
    def readConnectionLost(self):
        self.transport.loseConnection()

    def writeConnectionLost(self):
        pass


class Guests(protocol.ClientFactory):
    noisy = False

    def __init__(self, what):
        self.what = what

    def buildProtocol(self, address):
        return (HalfCloseableGuest if self.what == "echo" else Guest)(self.what)

    def clientConnectionFailed(self, connector, reason):
        print("failed", reason.type.__name__)
        reactor.stop()


if __name__ == "__main__":
    reactor.connectTCP("127.0.0.1", int(sys.argv[1]), Guests(sys.argv[2]))
    reactor.run()
