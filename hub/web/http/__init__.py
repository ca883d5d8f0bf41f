"""What every door of the hub shares: headers, errors, origins, throttling, bodies that are files, sockets."""
