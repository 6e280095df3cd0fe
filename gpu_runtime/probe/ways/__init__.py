"""Which ways through a program the probe walks, and the steps of each."""
