"""Istio's kinds by API group (networking, security, extensions), each beside its reader."""
