"""What verifying a mesh asks and how it judges, without a mesh: values in, values out."""
