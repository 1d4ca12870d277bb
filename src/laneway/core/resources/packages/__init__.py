"""The packages of a workload's program, as lock files and SBOMs list them."""
