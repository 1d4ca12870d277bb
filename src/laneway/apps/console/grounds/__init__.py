"""What a console can stand on: files, a mesh on this machine, a cluster."""
