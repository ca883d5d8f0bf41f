"""Files on their way in, fetched under guard, and out, brought to the provider."""
