"""Many runs of one scenario: what varies, how often, and what must hold over all of them.

Runs in several processes need Dask: ``pip install 'spade-simulator[dask]'``.
"""
