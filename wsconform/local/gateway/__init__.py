"""API Gateway's rules without sockets, processes or clocks: events in, effects out."""
