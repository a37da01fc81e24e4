"""The divisions of China by their statistical codes: taking them in, finding one, making areas."""
