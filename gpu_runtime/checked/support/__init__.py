"""What every module of checked allocators holds, whatever its layout: its text below the mark goes into the emitted
file.

Above the mark stand the names that the emitted file defines itself, so that this text is read by the same tools as all
other code.
"""
