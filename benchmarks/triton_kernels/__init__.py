"""A hundred Triton kernels: Triton's shared memory against ours."""
