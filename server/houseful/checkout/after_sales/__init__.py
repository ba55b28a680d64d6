"""What may become of a sale afterwards: given back, disputed, called off."""
