"""From what stands in a manifest to cases."""
