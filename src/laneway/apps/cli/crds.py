"""`laneway crds`: the definitions by which a cluster knows groups, lanes and releases."""

from __future__ import annotations

import sys

import click

from laneway.apps.terminal.printing import Output, output_option


@click.command()
@output_option("yaml", "json")
def crds(output: Output) -> None:
    """Print the CustomResourceDefinitions of groups, lanes, releases and their like.

    A cluster that knows these kinds already, as ASM does, keeps its own. Server-side apply
    without --force-conflicts never overwrites what somebody else has defined: it says who did,
    and changes nothing.

    \b
    laneway crds | kubectl apply --server-side -f -
    kubectl get crd asmswimlanes.istio.alibabacloud.com
    """
    from laneway.core.emit.crds.definitions import definitions
    from laneway.core.emit.json_text import json_list
    from laneway.core.emit.yaml_text import yaml_documents

    write = json_list if output == "json" else yaml_documents
    sys.stdout.writelines(write(definitions()))
