"""The console on one machine beside its sandbox: nothing to install or configure, nothing of AWS touched."""
