"""What the command line does, a module for each purpose: reads arguments, calls the parts, prints for a person or as
one line of JSON.

Holds no logic; what practice on the terminal is put together from stands in ``practice_assembly``. A command imports
what is slow when it runs, so that the others and ``--help`` do not wait for it.
"""
