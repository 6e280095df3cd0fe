"""Packings found, with no proof.

first_fit             items in a given order, each as low as it goes
orders                the orders in which that is tried
warm_start            an earlier layout as a start, mended where the manifest has changed
guided_local_search   overlaps are allowed for a while, and those that stay grow heavy
capacity_squeeze      that search at smaller and smaller capacities
finder                smaller and smaller packings of a puzzle with rigid rows
"""
