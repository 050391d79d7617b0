"""Small numerical parts that the networks stand on."""
