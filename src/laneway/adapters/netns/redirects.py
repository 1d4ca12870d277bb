"""The rules by which a pod's connections are led to its proxy, as messages to the kernel.

Comes in: a pod's network. Goes out: one transaction of nftables that puts its rules in place of
those before, or leaves these untouched. Connections that exist keep the way they have.
https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import cache
from struct import pack
from typing import Any

from msgspec.structs import replace
from pyroute2.netlink import NLM_F_APPEND, NLM_F_CREATE, nlmsg
from pyroute2.netlink.nfnetlink import NFNL_SUBSYS_NFTABLES, nfgen_msg
from pyroute2.netlink.nfnetlink.nftsocket import (
    NFT_MSG_DELRULE,
    NFT_MSG_NEWCHAIN,
    NFT_MSG_NEWRULE,
    NFT_MSG_NEWTABLE,
    Cmp,
    Meta,
    Regs,
    nft_chain_msg,
    nft_rule_msg,
    nft_table_msg,
)
from pyroute2.nftables.expressions import genex, verdict

from laneway.adapters.netns.links import LOOPBACK
from laneway.adapters.netns.messages import Attribute, message, nested
from laneway.adapters.netns.pods import MeshNetwork, PodNetwork

TABLE, OUT, IN = "laneway", "out", "in"
# linux/netfilter/nf_tables.h and its neighbors, where pyroute2 has no names
_BEGIN, _END = 0x10, 0x11
_PREROUTING, _OUTPUT = 0, 3
_DESTINATION = -100  # the priority of rules that change where a connection goes
_NETWORK_HEADER, _TRANSPORT_HEADER = 1, 2
_DNAT, _ACCEPT = 1, 1

Expressions = list[Any]
Rule = tuple[str, Expressions]
"""A chain, and what is asked and done in it, one expression after the other."""


def redirects(pod: PodNetwork, mesh: MeshNetwork) -> tuple[bytes, ...]:
    """Return the transaction that gives a pod its rules; they are most pods' alike."""
    return _of_pods(replace(pod, address=""), mesh.bridge)


@cache
def _of_pods(alike: PodNetwork, bridge: str) -> tuple[bytes, ...]:
    return tuple(_transaction(_of_pod(alike, bridge)))


def mesh_redirects(mesh: MeshNetwork) -> Iterator[bytes]:
    """Return the transaction that gives the network between the pods its rules."""
    return _transaction(_of_mesh(mesh))


def _transaction(rules: Iterator[Rule]) -> Iterator[bytes]:
    yield _mark(_BEGIN)
    yield _message(nft_table_msg, NFT_MSG_NEWTABLE, ("NFTA_TABLE_NAME", TABLE))
    yield _chain(OUT, _OUTPUT)
    yield _chain(IN, _PREROUTING)
    yield _message(nft_rule_msg, NFT_MSG_DELRULE, ("NFTA_RULE_TABLE", TABLE), flags=0)
    for chain, asked in rules:
        yield _rule(chain, asked)
    yield _mark(_END)


def _of_pod(pod: PodNetwork, bridge: str) -> Iterator[Rule]:
    """Yield a pod's rules; of a chain the first that is met decides."""
    if pod.mark:
        yield OUT, _meta(Meta.NFT_META_MARK) + _compare(pack("=I", pod.mark)) + verdict(_ACCEPT)
    if pod.outbound:
        for port in pod.host_ports:
            yield OUT, _tcp() + _to("127.0.0.1") + _port(port) + _redirect(pod.outbound)
        yield OUT, _to_itself() + verdict(_ACCEPT)
        yield OUT, _to(bridge) + verdict(_ACCEPT)
        yield OUT, _tcp() + _redirect(pod.outbound)
    for port, proxy in pod.inbound:
        yield IN, _from(bridge, Cmp.NFT_CMP_NEQ) + _tcp() + _port(port) + _redirect(proxy)
    for port in pod.loopback:
        yield IN, _from(bridge, Cmp.NFT_CMP_EQ) + _tcp() + _port(port) + _to_loopback()


def _of_mesh(mesh: MeshNetwork) -> Iterator[Rule]:
    """Yield the rules of the network between the pods."""
    if not mesh.outbound:
        return
    yield OUT, _to_itself() + verdict(_ACCEPT)
    if mesh.host:
        yield OUT, _tcp() + _to(mesh.host) + _redirect(mesh.outbound)
    yield OUT, _to(mesh.bridge, length=2) + _in_lower_half() + verdict(_ACCEPT)
    yield OUT, _tcp() + _redirect(mesh.outbound)


def _in_lower_half() -> Expressions:
    """Ask whether an address is a pod's: its third number is below 128."""
    return _load(_NETWORK_HEADER, 18, 1) + _compare(b"\x80", Cmp.NFT_CMP_LT)


def _to_itself() -> Expressions:
    """Ask whether it stays in this network: at 127.0.0.1 or its own address."""
    return _meta(Meta.NFT_META_OIF) + _compare(pack("=I", LOOPBACK))


def _tcp() -> Expressions:
    return _meta(Meta.NFT_META_L4PROTO) + _compare(bytes((socket.IPPROTO_TCP,)))


def _meta(key: int) -> Expressions:
    return _expression("meta", dreg=Regs.NFT_REG_1, key=key)


def _from(address: str, how: int) -> Expressions:
    return _load(_NETWORK_HEADER, 12, 4) + _compare(socket.inet_aton(address), how)


def _to(address: str, length: int = 4) -> Expressions:
    """Ask for the first bytes of where a connection goes."""
    return _load(_NETWORK_HEADER, 16, length) + _compare(socket.inet_aton(address)[:length])


def _port(port: int) -> Expressions:
    return _load(_TRANSPORT_HEADER, 2, 2) + _compare(pack("!H", port))


def _redirect(port: int) -> Expressions:
    """Lead to a port of the pod's own: at 127.0.0.1 what begins here, else at its address."""
    return _put(pack("!H", port)) + _expression("redir", reg_proto_min=Regs.NFT_REG_1)


def _to_loopback() -> Expressions:
    """Lead to the same port of 127.0.0.1."""
    to = {"type": _DNAT, "family": socket.AF_INET, "reg_addr_min": Regs.NFT_REG_1}
    return _put(socket.inet_aton("127.0.0.1")) + _expression("nat", **to)


def _load(header: int, offset: int, length: int) -> Expressions:
    where = {"base": header, "offset": offset, "len": length}
    return _expression("payload", dreg=Regs.NFT_REG_1, **where)


def _compare(value: bytes, how: int = Cmp.NFT_CMP_EQ) -> Expressions:
    return _expression("cmp", sreg=Regs.NFT_REG_1, op=how, data=_value(value))


def _put(value: bytes) -> Expressions:
    return _expression("immediate", dreg=Regs.NFT_REG_1, data=_value(value))


def _value(value: bytes) -> dict[str, Any]:
    return nested(("NFTA_DATA_VALUE", value))


def _expression(name: str, **values: Any) -> Expressions:
    return [genex(name, values)]


def _chain(name: str, hook: int) -> bytes:
    place = nested(("NFTA_HOOK_HOOKNUM", hook), ("NFTA_HOOK_PRIORITY", _DESTINATION))
    return _message(
        nft_chain_msg,
        NFT_MSG_NEWCHAIN,
        ("NFTA_CHAIN_TABLE", TABLE),
        ("NFTA_CHAIN_NAME", name),
        ("NFTA_CHAIN_HOOK", place),
        ("NFTA_CHAIN_TYPE", "nat"),
    )


def _rule(chain: str, expressions: Expressions) -> bytes:
    return _message(
        nft_rule_msg,
        NFT_MSG_NEWRULE,
        ("NFTA_RULE_TABLE", TABLE),
        ("NFTA_RULE_CHAIN", chain),
        ("NFTA_RULE_EXPRESSIONS", expressions),
        flags=NLM_F_CREATE | NLM_F_APPEND,
    )


def _message(
    form: type[nlmsg], kind: int, *attributes: Attribute, flags: int = NLM_F_CREATE
) -> bytes:
    kind |= NFNL_SUBSYS_NFTABLES << 8
    return message(form, kind, {"nfgen_family": socket.AF_INET}, *attributes, flags=flags)


def _mark(kind: int) -> bytes:
    """Begin or end a transaction."""
    return message(nfgen_msg, kind, {"res_id": NFNL_SUBSYS_NFTABLES}, flags=0)
