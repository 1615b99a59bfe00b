"""Compilation: the only place that knows numba and LLVM options."""
