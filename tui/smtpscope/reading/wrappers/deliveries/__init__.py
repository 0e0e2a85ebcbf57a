"""Records of deliveries as lines: from mail services, from queues, as JSON, tables and listings."""
