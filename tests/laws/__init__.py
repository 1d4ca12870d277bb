"""Laws: sentences that hold for every mesh, tried on random ones."""
