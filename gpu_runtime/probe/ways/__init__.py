"""Which ways through a program the probe takes, and the steps of each."""
