"""What is solved: tilings with a known optimum, kernels as code generators make them, manifests and traces from files."""
