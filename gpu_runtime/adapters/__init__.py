"""Adapters: Warpack's layouts inside other people's programs.

cubie   collects a CuBIE solver's buffers, has them packed, and makes the solver run with the layout
"""
