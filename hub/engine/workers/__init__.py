"""Workers and the partitions they hold."""
