"""Kubernetes' kinds that a mesh rests on: services, workloads, Gateway API routes."""
