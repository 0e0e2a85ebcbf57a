"""Deliveries as mail services and queues report them."""
