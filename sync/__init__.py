"""The tablet's one upload and download contract; hands each operation to the app that owns it."""
