"""`manage.py serve`."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from processes.web import CONNECTIONS
from tests.server import free_port


class Replaced(BaseException):
    """This process would be another program now."""


@pytest.fixture(autouse=True)
def _stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def execv(*program: Any) -> None:
        raise Replaced(*program)

    monkeypatch.setattr(os, "execv", execv)


def test_the_process_becomes_the_server() -> None:
    port = free_port()

    with pytest.raises(Replaced) as replaced:
        call_command("serve", port=port, workers=3)

    program, arguments = replaced.value.args
    assert (program, arguments[:3], arguments[-1]) == (
        sys.executable,
        [sys.executable, "-m", "granian"],
        "debitura.wsgi:application",
    )
    assert f"--host 127.0.0.1 --port {port} --workers 3" in " ".join(arguments)


def test_there_is_a_thread_for_each_connection() -> None:
    with pytest.raises(Replaced) as replaced:
        call_command("serve", port=free_port())

    arguments = " ".join(replaced.value.args[1])
    assert f"--backpressure {CONNECTIONS} --blocking-threads {CONNECTIONS}" in arguments
    assert "--http 1" in arguments


@pytest.mark.parametrize("shares", [False, True])
def test_a_port_where_somebody_listens_is_refused_though_it_could_be_shared(shares: bool) -> None:
    """The workers of a release whose main process was killed share theirs with whoever asks."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=shares) as other:
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"127.0.0.1:{port}.*Does a server still run there"):
            call_command("serve", port=port)
