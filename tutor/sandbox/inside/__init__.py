"""What runs inside the sandbox, and what both sides share of it.

Imports the standard library and NumPy only and itself relatively: inside, this folder is a package named ``inside``
and nothing else of the tutor can be seen.
"""
