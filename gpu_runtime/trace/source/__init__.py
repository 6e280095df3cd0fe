"""What the source of a kernel says, whatever version of Python runs it.

constants   what a name or expression is when the kernel is compiled
facts       what is known of each place of a function: where, in which loops, on which condition
numbering   the order in which Python evaluates a function's places
functions   the source of a function, found from its code
counted     the same function with loops that count their trips
names       the variable that an array is bound to
"""
