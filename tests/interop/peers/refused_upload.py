"""Posts more than the server wants. Usage: refused_upload.py PORT PATH SIZE; prints the status of the answer.

http.client sends the whole body before it reads the answer, as most clients do.
"""

import http.client
import sys


def main():
    port, path, size = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body=b"x" * size)
    answer = connection.getresponse()
    answer.read()
    print(answer.status)


if __name__ == "__main__":
    main()
