"""A small shop checkout: prices, carts, stock, card payments, and an HTTP service over them."""
