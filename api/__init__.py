"""What every app's API shares: the one error shape, and the checks of untrusted input."""
