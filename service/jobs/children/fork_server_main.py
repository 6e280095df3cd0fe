"""The program of a fork server: `python -P -m warpack.service.jobs.children.fork_server_main DESCRIPTOR LOADED…`."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import traceback
from importlib import import_module

from warpack.service.jobs.children import main as child_main

_DESCRIPTORS = 3


def main(control: socket.socket, loaded: list[str]) -> None:
    """Loads what is named: a module, or a function (`module:function`), which is called too. Then forks a child for
    each message, until the other end is closed."""
    for name in loaded:
        module, _, function = name.partition(":")
        found = import_module(module)
        if function:
            getattr(found, function)()
    gc.collect()
    gc.freeze()  # loaded objects stay for good: a collection in a child would only copy their pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children here: their guards tell the worker
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 1, _DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return
        try:
            if os.fork() == 0:
                _child(control, descriptors)
        except OSError:
            traceback.print_exc()  # no process or memory left: the worker sees its descriptors closed
        for descriptor in descriptors:
            os.close(descriptor)


def _child(control: socket.socket, descriptors: list[int]) -> None:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        child_main.main(*descriptors)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as other_end:
        main(other_end, sys.argv[2:])
