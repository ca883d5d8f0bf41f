"""Files of channels: fetched from anywhere dangerous, kept, shown, sent; and the queue that survives."""
