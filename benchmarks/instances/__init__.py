"""The instances: tilings with a known optimum, kernels as code generators make them, whole programs of routines,
manifests and traces from files."""
