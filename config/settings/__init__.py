"""The settings of one process: hub.toml and the environment read into values, and the secrets beside them."""
