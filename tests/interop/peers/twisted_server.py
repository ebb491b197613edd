"""A server on Twisted. Usage: twisted_server.py PORT WHAT; serves one connection on PORT, which it must get, and
prints what it saw: the reason, and how many bytes came.

echo       sends back what comes
abort      greets and aborts
close      greets and closes
"""

import sys

from twisted.internet import protocol, reactor


class Host(protocol.Protocol):
    received = 0

    def connectionMade(self):
        if self.factory.what != "echo":
            self.transport.write(b"welcome")
        if self.factory.what == "close":
            self.transport.loseConnection()
        if self.factory.what == "abort":
            reactor.callLater(0.05, self.transport.abortConnection)

    def dataReceived(self, data):
        self.received += len(data)
        if self.factory.what == "echo":
            self.transport.write(data)

    def connectionLost(self, reason):
        print(reason.type.__name__, self.received)
        if reactor.running:
            reactor.stop()


if __name__ == "__main__":
    factory = protocol.Factory.forProtocol(Host)
    factory.noisy = False
    factory.what = sys.argv[2]
    reactor.listenTCP(int(sys.argv[1]), factory, interface="127.0.0.1")
    reactor.run()
