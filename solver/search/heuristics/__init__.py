"""Packings found, with no proof.

first_fit             items in a given order, each as low as it goes
orders                the orders in which that is tried
lowest_first          many orders at once: always the item that can lie lowest goes next
genetic               orders bred for that rule
filled                the skyline filled in several manners, each filling lowered
improving             the skyline filled, orders bred and packings squeezed, in turns
warm_start            an earlier layout as a start, mended where the manifest has changed
guided_local_search   overlaps are allowed for a while, and those that stay grow heavy
capacity_squeeze      that search at smaller and smaller capacities
breeding              the first fillings and bred orders, as a strategy
finder                smaller and smaller packings of a puzzle with rigid rows
"""
