"""Networks that are trained already: their weights, where these come from, what can start from them."""
