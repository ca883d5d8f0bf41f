"""Events on their way in: durable in the store, or on disk while that is away."""
