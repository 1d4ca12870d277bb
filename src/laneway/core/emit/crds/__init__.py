"""What a cluster is told of the vendor's kinds: CustomResourceDefinitions."""
