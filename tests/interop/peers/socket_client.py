"""A client on plain sockets. Usage: socket_client.py PORT WHAT; exits with 0 if it saw what it should.

echo       sends a megabyte in pieces of many sizes, finishes, and gets all of it back
torn       sends one byte at a time
reset      leaves with a reset
farewell   is greeted and hung up on in good order, though it has sent what nobody reads
"""

import socket
import struct
import sys
import threading

from pattern import pattern


def received(peer):
    pieces = []
    while piece := peer.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def echo(peer, size, sizes):
    wanted = pattern(size)

    def send():
        at = turn = 0
        while at < size:
            peer.sendall(wanted[at:at + sizes[turn % len(sizes)]])
            at += sizes[turn % len(sizes)]
            turn += 1
        peer.shutdown(socket.SHUT_WR)

    sending = threading.Thread(target=send)
    sending.start()
    got = received(peer)
    sending.join()
    return got == wanted


def reset(peer):
    peer.sendall(b"so long")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    return True


def farewell(peer):
    peer.sendall(b"x" * 30000)
    return received(peer) == b"welcome and goodbye"


SCENES = {
    "echo": lambda peer: echo(peer, 1_000_000, [1, 10, 1000, 65536, 7, 200_000]),
    "torn": lambda peer: echo(peer, 5000, [1]),
    "reset": reset,
    "farewell": farewell,
}

if __name__ == "__main__":
    connected = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sys.exit(0 if SCENES[sys.argv[2]](connected) else 1)
