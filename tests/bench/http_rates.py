"""Requests per second and the server's CPU time per request for one small page, against the floor.

The load is wrk's: 64 connections, kept alive, one thread; once with one request under way on each, once
with 16.
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from interleaved import Rate, cores, measure, print_ratios
from servers import RUN_SECONDS, Server, free_port, on_core
from tables import print_skipped

SERVERS = ("epoll_hello", "ropewalk_hello")
AGAINST = ("epoll_hello", "nginx", "h2o")
CONNECTIONS = 64
PATH = "/hello"
BODY = "hello, world\n"

PIPELINE_LUA = """
local all = {}
init = function() for i = 1, 16 do all[i] = wrk.format() end; all = table.concat(all) end
request = function() return all end
"""

NGINX_CONFIGURATION = """
daemon off; master_process off; worker_processes 1; pid FOLDER/pid; error_log FOLDER/errors;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; default_type text/plain;
  client_body_temp_path FOLDER/1; proxy_temp_path FOLDER/2; fastcgi_temp_path FOLDER/3;
  uwsgi_temp_path FOLDER/4; scgi_temp_path FOLDER/5;
  server { listen 127.0.0.1:PORT; location / { return 200 "hello, world\\n"; } }
}
"""

H2O_CONFIGURATION = """
num-threads: 1
listen: { host: 127.0.0.1, port: PORT }
hosts: { default: { paths: { /: { file.dir: FOLDER } } } }
"""


def report(programs, settings):
    server_core, client_core = cores(apart=False)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        servers = [stack.enter_context(Server(program, [programs[program]], core=server_core))
                   for program in SERVERS if program in programs]
        servers += [stack.enter_context(peer) for peer in started_peers(folder, server_core)]
        script = folder / "pipeline.lua"
        script.write_text(PIPELINE_LUA)
        for depth, options in ((1, []), (16, ["-s", script])):
            rates = measure(servers, settings.rounds,
                            lambda server, options=options: wrk_rate(server, client_core, options))
            title = (f"http: GET {PATH}, connections {CONNECTIONS}, depth {depth}, client and server on "
                     f"one core, {settings.rounds} rounds: median (least..most)")
            print_ratios(title, "request", rates, AGAINST)


def started_peers(folder, core):
    """The web servers that are installed, as single processes that serve the same page."""
    folder.chmod(0o755)  # a server started by root reads its files as somebody else
    (folder / PATH.strip("/")).write_text(BODY)
    for name, template in (("nginx", NGINX_CONFIGURATION), ("h2o", H2O_CONFIGURATION)):
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if not program:
            print_skipped(name, "not installed")
            continue
        port = free_port()
        file = folder / f"{name}.conf"
        file.write_text(template.replace("FOLDER", str(folder)).replace("PORT", str(port)))
        yield Server(name, [program, "-c", file], port=port, core=core)


def wrk_rate(server, core, options):
    before = server.cpu_seconds()
    with on_core(core):
        url = f"http://127.0.0.1:{server.port}{PATH}"
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", "-d1s", *map(str, options), url],
            capture_output=True, text=True, timeout=RUN_SECONDS, check=True)
    cpu = server.cpu_seconds() - before
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{server.name}: {done.stdout}")
    requests, seconds = re.search(r"(\d+) requests in ([\d.]+)s", done.stdout).groups()
    return Rate(int(requests) / float(seconds), cpu / int(requests) * 1e6)
