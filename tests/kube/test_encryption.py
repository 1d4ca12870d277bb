"""Only a server is believed that a known authority signed; a client shows its certificate."""

from __future__ import annotations

import asyncio
import base64
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.kube import Access, Client, NoAccess, Unavailable
from laneway.adapters.kube.credentials import Constant, Presented
from laneway.adapters.kube.kinds import Kind
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser

FOLDER = Path(__file__).with_name("certificates")
NOTHING = Presented()
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NODES = Kind("", "v1", "Node", "nodes", is_namespaced=False)


async def _subject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer any request with the name in the client's certificate."""
    await reader.readuntil(b"\r\n\r\n")
    shown = writer.get_extra_info("peercert") or {}
    names = [value for part in shown.get("subject", ()) for key, value in part]
    text = ",".join(names).encode()
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
    await writer.drain()
    writer.close()


@asynccontextmanager
async def listening(answer: Answer, encrypted: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a port of this machine; it ends every connection when it ends."""
    writers: list[asyncio.StreamWriter] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(OSError, EOFError):
            await answer(reader, writer)

    server = await asyncio.start_server(met, "127.0.0.1", 0, ssl=encrypted)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """A server with a certificate for 127.0.0.1 and api.test; its address."""
    encrypted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=FOLDER / "authority.crt")
    encrypted.load_cert_chain(FOLDER / "server.crt", FOLDER / "server.key")
    encrypted.verify_mode = ssl.CERT_OPTIONAL
    encrypted.verify_flags &= ~ssl.VERIFY_X509_STRICT
    async with listening(_subject, encrypted) as port:
        yield f"https://127.0.0.1:{port}"


def asked(cluster: KubeCluster, user: KubeUser | None = None, shown: Presented = NOTHING) -> str:
    """Return whom a server takes a client for."""

    async def main() -> str:
        async with served() as address:
            way = Access(
                replace(cluster, server=address), user or KubeUser(), Constant(shown), origin="here"
            )
            async with Client(way, bound=0) as client:
                return (await client.get(NODES, "", "a")).decode()

    return asyncio.run(main())


KNOWN = KubeCluster(certificate_authority=str(FOLDER / "authority.crt"))


def _encoded(name: str) -> str:
    return base64.b64encode((FOLDER / name).read_bytes()).decode()


def test_an_authority_may_be_a_file_or_be_written_out() -> None:
    assert asked(KNOWN) == ""
    assert asked(KubeCluster(certificate_authority_data=_encoded("authority.crt"))) == ""


def test_a_servers_own_certificate_may_stand_for_its_authority() -> None:
    assert asked(KubeCluster(certificate_authority=str(FOLDER / "server.crt"))) == ""


def test_a_server_that_nobody_known_signed_is_not_asked() -> None:
    with pytest.raises(NoAccess, match=r"here: the certificate of 127\.0\.0\.1:\d+ is not to be"):
        asked(KubeCluster())


def test_a_server_of_another_name_is_not_asked() -> None:
    with pytest.raises(NoAccess, match=r"tls-server-name"):
        asked(replace(KNOWN, tls_server_name="other.test"))
    assert asked(replace(KNOWN, tls_server_name="api.test")) == ""


def test_who_skips_verifying_believes_anybody() -> None:
    assert asked(KubeCluster(insecure_skip_tls_verify=True)) == ""


@pytest.mark.parametrize(
    "user",
    [
        KubeUser(
            client_certificate=str(FOLDER / "client.crt"), client_key=str(FOLDER / "client.key")
        ),
        KubeUser(
            client_certificate_data=_encoded("client.crt"), client_key_data=_encoded("client.key")
        ),
        KubeUser(
            client_certificate=str(FOLDER / "client.crt"), client_key_data=_encoded("client.key")
        ),
    ],
)
def test_a_client_shows_its_certificate(user: KubeUser) -> None:
    assert asked(KNOWN, user) == "testers,client of tests"


def test_a_program_may_give_the_certificate() -> None:
    shown = Presented("", (FOLDER / "client.crt").read_text(), (FOLDER / "client.key").read_text())

    assert asked(KNOWN, shown=shown) == "testers,client of tests"


@pytest.mark.parametrize(
    "cluster",
    [
        KubeCluster(certificate_authority="/no/such/ca.crt"),
        KubeCluster(certificate_authority_data="bm90aGluZw=="),
        KubeCluster(certificate_authority_data="no base64"),
    ],
)
def test_certificates_that_do_not_read_are_told(cluster: KubeCluster) -> None:
    with pytest.raises(NoAccess, match="here: its certificates do not read"):
        asked(cluster)


def test_an_authority_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    shutil.copy(FOLDER / "client.crt", file)

    async def main() -> None:
        async with served() as address:
            cluster = KubeCluster(server=address, certificate_authority=str(file))
            way = Access(cluster, KubeUser(), Constant(NOTHING))
            async with Client(way, bound=0) as client:
                with pytest.raises(NoAccess):
                    await client.get(NODES, "", "a")
                file.unlink()
                shutil.copy(FOLDER / "authority.crt", file)
                assert await client.get(NODES, "", "a") == b""

    asyncio.run(main())


@asynccontextmanager
async def proxy(status: str, heads: list[str]) -> AsyncIterator[str]:
    """A proxy that answers CONNECT with a status, and leads on if that is 200; its address."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            writer.write(piece)
        writer.close()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heads.append(head)
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if status.startswith("200"):
            host, _, port = head.split()[1].partition(":")
            there = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
        writer.close()

    async with listening(lead) as port:
        yield f"127.0.0.1:{port}"


def test_a_proxy_leads_to_the_server_and_sees_nothing() -> None:
    heads: list[str] = []

    async def main() -> None:
        async with served() as address, proxy("200 Connected", heads) as between:
            cluster = replace(KNOWN, server=address, proxy_url=f"http://me:secret@{between}")
            way = Access(cluster, KubeUser(), Constant(NOTHING))
            async with Client(way, bound=0) as client:
                assert await client.get(NODES, "", "a") == b""
        assert heads[0].startswith(f"CONNECT {address.removeprefix('https://')} HTTP/1.1")
        assert "proxy-authorization: Basic bWU6c2VjcmV0" in heads[0]

    asyncio.run(main())


def test_a_proxy_that_refuses_is_quoted() -> None:
    async def main() -> None:
        async with proxy("407 Who are you", []) as between:
            cluster = replace(KNOWN, server="https://there", proxy_url=f"http://{between}")
            way = Access(cluster, KubeUser(), Constant(NOTHING))
            async with Client(way, bound=0) as client:
                with pytest.raises(Unavailable, match="407 Who are you"):
                    await client.get(NODES, "", "a")

    asyncio.run(main())


def test_a_proxy_of_another_kind_is_told() -> None:
    way = Access(
        replace(KNOWN, server="https://there", proxy_url="socks5://between:1080"),
        KubeUser(),
        Constant(NOTHING),
    )

    async def main() -> None:
        async with Client(way, bound=0) as client:
            await client.get(NODES, "", "a")

    with pytest.raises(NoAccess, match="socks5"):
        asyncio.run(main())
